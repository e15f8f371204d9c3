// An Express application behind the line, with express-openid-connect 3.4. Environment:
//   PORT, BASE_URL (https://shop.example), ISSUER (https://line.example), CLIENT_ID, CLIENT_SECRET,
//   SESSION_SECRET (32 characters or more).
// Relying party at Anteroom: profile express-openid-connect, redirect URI BASE_URL/callback, post-logout redirect URI
// BASE_URL/bye, backchannel_logout_uri BASE_URL/backchannel-logout.
import express from 'express';
import oidc from 'express-openid-connect';

const { PORT = '3000', BASE_URL, ISSUER, CLIENT_ID, CLIENT_SECRET, SESSION_SECRET } = process.env;

const app = express();

// One session for each visitor: cookies can be copied, and the newest login wins. By `sub`, when it was issued, in seconds.
// This map is like the one below.
const newest = new Map();

// When the back channel reported the end of a visitor's admission, by `sub`, in seconds. This map belongs to one
// process and only grows. Several processes need a shared store that drops entries older than an admission.
const ended = new Map();

// Every page is for admitted visitors.
app.use(
  oidc.auth({
    baseURL: BASE_URL,
    issuerBaseURL: ISSUER,
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    secret: SESSION_SECRET,
    // The default is the implicit flow, which Anteroom does not support.
    authorizationParams: { response_type: 'code', scope: 'openid' },
    // A logout ends the admission too, and frees the place.
    idpLogout: true,
    routes: { postLogoutRedirect: '/bye' },
    backchannelLogout: {
      onLogin: false,
      onLogoutToken: ({ sub, iat }) => ended.set(sub, iat),
      isLoggedOut: ({ oidc: { idTokenClaims } }) => idTokenClaims.iat <= (ended.get(idTokenClaims.sub) ?? 0),
    },
  }),
);

// The library's session outlives the ID token, which ends with the admission.
app.use((req, res, next) => {
  const { sub, iat, exp } = req.oidc.idTokenClaims;
  newest.set(sub, Math.max(iat, newest.get(sub) ?? 0));
  if (exp * 1000 > Date.now() && iat === newest.get(sub)) return next();
  return res.oidc.login({ returnTo: req.originalUrl });
});

app.get('/{*page}', (req, res) => {
  res.type('text').send(`inside with number ${req.oidc.idTokenClaims.number}`);
});

app.listen(Number(PORT));
