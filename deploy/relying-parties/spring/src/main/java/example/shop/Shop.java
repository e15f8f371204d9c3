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

/** A site behind the line: every page wants a visitor who was let in. */
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
    // Ends the admission too, and frees the place.
    var loggedOut = new OidcClientInitiatedLogoutSuccessHandler(registrations);
    loggedOut.setPostLogoutRedirectUri("{baseUrl}/bye");
    var pages = new HttpSessionRequestCache();
    pages.setRequestMatcher(Shop::isNavigation);
    // A visitor comes back to the very address they asked for.
    pages.setMatchingRequestParameterName(null);
    return http
        .authorizeHttpRequests(all -> all.requestMatchers("/bye").permitAll().anyRequest().authenticated())
        // A script's request gets 401: Spring keeps one login a browser, and it would begin one in place of the page's.
        .exceptionHandling(refused -> refused.defaultAuthenticationEntryPointFor(
            new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED), request -> !isNavigation(request)))
        .requestCache(cache -> cache.requestCache(pages))
        .oauth2Login(login -> login.authorizationEndpoint(
            endpoint -> endpoint.authorizationRequestResolver(tellingThePage(registrations, pages))))
        // By a link; the line asks before it gives the place away.
        .logout(logout -> logout
            .logoutRequestMatcher(pathPattern(HttpMethod.GET, "/logout"))
            .logoutSuccessHandler(loggedOut))
        .addFilterBefore(Shop::endWithAdmission, AnonymousAuthenticationFilter.class)
        .build();
  }

  /**
   * The page that a visitor came for travels along, so that one who waited longer than this session lives, or in the
   * older of two tabs, comes back to it.
   */
  private static OAuth2AuthorizationRequestResolver tellingThePage(
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

  /** Pages, and not what they load. */
  private static boolean isNavigation(HttpServletRequest request) {
    var accept = request.getHeader("Accept");
    return request.getMethod().equals("GET") && accept != null && accept.contains("text/html");
  }

  /** Spring's session outlives the admission, which ends with the ID token. */
  private static void endWithAdmission(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    var authentication = SecurityContextHolder.getContext().getAuthentication();
    if (authentication != null
        && authentication.getPrincipal() instanceof OidcUser visitor
        && !visitor.getExpiresAt().isAfter(Instant.now())) {
      new SecurityContextLogoutHandler()
          .logout((HttpServletRequest) request, (HttpServletResponse) response, authentication);
    }
    chain.doFilter(request, response);
  }
}
