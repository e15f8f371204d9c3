import type { Recipe, RecipeValues } from '../state/recipe.ts';

export const alb = ({ issuer, clientId }: RecipeValues): Recipe => ({
  name: 'actions.json',
  text: `[
  {
    "Type": "authenticate-oidc",
    "Order": 1,
    "AuthenticateOidcConfig": {
      "Issuer": "${issuer}",
      "AuthorizationEndpoint": "${issuer}/authorize",
      "TokenEndpoint": "${issuer}/token",
      "UserInfoEndpoint": "${issuer}/userinfo",
      "ClientId": "${clientId}",
      "ClientSecret": "change-me",
      "Scope": "openid",
      "OnUnauthenticatedRequest": "authenticate"
    }
  },
  { "Type": "forward", "Order": 2, "TargetGroupArn": "arn:aws:elasticloadbalancing:…" }
]
`,
});

export const apiGateway = ({ issuer, resource, room }: RecipeValues): Recipe => ({
  name: 'main.tf',
  text: `resource "aws_apigatewayv2_authorizer" "line" {
  api_id           = aws_apigatewayv2_api.shop.id
  name             = "line"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]
  jwt_configuration {
    issuer   = "${issuer}"
    audience = ["${resource}", "${room}"]
  }
}
`,
});

export const cloudflareAccess = ({ issuer, clientId }: RecipeValues): Recipe => ({
  name: 'main.tf',
  text: `resource "cloudflare_zero_trust_access_identity_provider" "line" {
  account_id = var.cloudflare_account_id
  name       = "Line"
  type       = "oidc"
  config = {
    client_id        = "${clientId}"
    client_secret    = var.line_client_secret
    auth_url         = "${issuer}/authorize"
    token_url        = "${issuer}/token"
    certs_url        = "${issuer}/jwks"
    scopes           = ["openid", "email"]
    email_claim_name = "email"
    claims           = ["number", "room"]
    pkce_enabled     = true
  }
}
`,
});

export const expressOpenidConnect = ({ issuer, clientId, redirectUri }: RecipeValues): Recipe => ({
  name: 'app.js',
  text: `auth({
  baseURL: '${new URL(redirectUri).origin}',
  issuerBaseURL: '${issuer}',
  clientID: '${clientId}',
  clientSecret: process.env.CLIENT_SECRET,
  secret: process.env.SESSION_SECRET,
  // The default is the implicit flow, which Anteroom does not support.
  authorizationParams: { response_type: 'code', scope: 'openid' },
  // A logout ends the admission too, and frees the place.
  idpLogout: true,
  routes: { callback: '${new URL(redirectUri).pathname}', postLogoutRedirect: '/bye' },
});
`,
});

export const istio = ({ issuer, clientId, redirectUri }: RecipeValues): Recipe => ({
  name: '/etc/authservice/config.json',
  text: `{
  "listen_address": "0.0.0.0",
  "listen_port": 10003,
  "log_level": "info",
  "threads": 1,
  "chains": [
    {
      "name": "${clientId}",
      "filters": [
        {
          "oidc": {
            "configuration_uri": "${issuer}/.well-known/openid-configuration",
            "callback_uri": "${redirectUri}",
            "client_id": "${clientId}",
            "client_secret": "change-me",
            "scopes": [],
            "id_token": { "header": "authorization", "preamble": "Bearer" },
            "redis_session_store_config": { "server_uri": "redis://redis:6379" }
          }
        }
      ]
    }
  ]
}
`,
});

export const kong = ({ issuer, clientId, redirectUri, lifetime }: RecipeValues): Recipe => ({
  name: 'kong.yaml',
  text: `plugins:
  - name: openid-connect
    config:
      issuer: ${issuer}/.well-known/openid-configuration
      client_id: [${clientId}]
      client_secret: [change-me]
      redirect_uri: [${redirectUri}]
      scopes: [openid]
      auth_methods: [authorization_code, session]
      login_action: redirect
      login_tokens: null
      preserve_query_args: true
      session_secret: change-me-too # the same on all nodes
      session_absolute_timeout: ${lifetime} # admission.lifetime, in seconds
      authorization_rolling_timeout: 600 # the login window
      logout_uri_suffix: /signout
      logout_methods: [GET, POST]
      logout_revoke: true # frees the place at once
`,
});

/** traefik-forward-auth; the page of the documentation has the other two. */
export const traefik = ({ issuer, clientId, lifetime }: RecipeValues): Recipe => ({
  name: 'traefik-forward-auth.env',
  text: `DEFAULT_PROVIDER=oidc
PROVIDERS_OIDC_ISSUER_URL=${issuer}
PROVIDERS_OIDC_CLIENT_ID=${clientId}
PROVIDERS_OIDC_CLIENT_SECRET=change-me
SECRET=change-me-too
LIFETIME=${lifetime}
`,
});
