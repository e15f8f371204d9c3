package example.shop;

import static org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher.pathPattern;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.authentication.logout.SecurityContextLogoutHandler;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** A site behind the line: its pages are for admitted visitors. */
@SpringBootApplication
@RestController
public class Shop {
  public static void main(String[] arguments) {
    SpringApplication.run(Shop.class, arguments);
  }

  @GetMapping("/{*page}")
  String page(@AuthenticationPrincipal OidcUser visitor) {
    return "inside with number " + visitor.getClaimAsString("number");
  }

  @GetMapping("/bye")
  String bye() {
    return "Goodbye";
  }

  @Bean
  SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository registrations) throws Exception {
    // A logout ends the admission too, and frees the place.
    var loggedOut = new OidcClientInitiatedLogoutSuccessHandler(registrations);
    loggedOut.setPostLogoutRedirectUri("{baseUrl}/bye");
    var pages = new HttpSessionRequestCache();
    pages.setRequestMatcher(Shop::isNavigation);
    // The visitor returns to exactly the requested address.
    pages.setMatchingRequestParameterName(null);
    return http
        .authorizeHttpRequests(all -> all.requestMatchers("/bye").permitAll().anyRequest().authenticated())
        // Requests of scripts get 401: Spring keeps one login per browser, and theirs would replace the page's.
        .exceptionHandling(refused -> refused.defaultAuthenticationEntryPointFor(
            new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED), request -> !isNavigation(request)))
        .requestCache(cache -> cache.requestCache(pages))
        .oauth2Login(login -> login.authorizationEndpoint(
            endpoint -> endpoint.authorizationRequestResolver(withTargetLinkUri(registrations, pages))))
        // A link suffices: Anteroom asks for confirmation before it frees the place.
        .logout(logout -> logout
            .logoutRequestMatcher(pathPattern(HttpMethod.GET, "/logout"))
            .logoutSuccessHandler(loggedOut))
        .addFilterBefore(Shop::endWithAdmission, AnonymousAuthenticationFilter.class)
        .build();
  }

  /**
   * Sends the page that the visitor came for. After a wait longer than this session lives, and in the older of two
   * tabs, the login restarts there.
   */
  private static OAuth2AuthorizationRequestResolver withTargetLinkUri(
      ClientRegistrationRepository registrations, RequestCache pages) {
    var requests = new DefaultOAuth2AuthorizationRequestResolver(registrations);
    requests.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce().andThen(login -> {
      var request = ((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes()).getRequest();
      var page = pages.getRequest(request, null);
      if (page != null) {
        login.additionalParameters(parameters -> parameters.put("target_link_uri", page.getRedirectUrl()));
      }
    }));
    return requests;
  }

  /** True for pages, false for what they load. */
  private static boolean isNavigation(HttpServletRequest request) {
    var accept = request.getHeader("Accept");
    return request.getMethod().equals("GET") && accept != null && accept.contains("text/html");
  }

  /**
   * One session for each visitor: cookies can be copied, and the newest login wins. By sub, when it was issued. This map
   * belongs to one process. Several processes need a shared store that drops entries older than an admission.
   */
  private static final Map<String, Instant> newest = new ConcurrentHashMap<>();

  private static boolean isNewest(OidcUser visitor) {
    var issued = visitor.getIssuedAt();
    return newest.merge(visitor.getSubject(), issued, (a, b) -> a.isAfter(b) ? a : b).equals(issued);
  }

  /** Ends Spring's session with the ID token, which ends with the admission, or with a newer session of the visitor. */
  private static void endWithAdmission(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    var authentication = SecurityContextHolder.getContext().getAuthentication();
    if (authentication != null
        && authentication.getPrincipal() instanceof OidcUser visitor
        && !(visitor.getExpiresAt().isAfter(Instant.now()) && isNewest(visitor))) {
      new SecurityContextLogoutHandler()
          .logout((HttpServletRequest) request, (HttpServletResponse) response, authentication);
    }
    chain.doFilter(request, response);
  }
}
