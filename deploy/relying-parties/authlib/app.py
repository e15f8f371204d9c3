"""A Flask application behind the line, with Authlib 1.9. Install requirements.txt, run python app.py. Environment:
  PORT, BASE_URL (https://shop.example), ISSUER (https://line.example), CLIENT_ID, CLIENT_SECRET,
  SESSION_SECRET (32 random characters or more),
  LOGIN_WINDOW (how long a login may take, in seconds; the same as login_window at Anteroom).
Relying party at Anteroom: profile generic, redirect URI BASE_URL/callback, post-logout redirect URI BASE_URL/bye.
"""

import time
from os import environ
from urllib.parse import quote

from authlib.integrations.flask_client import FlaskIntegration, OAuth, OAuthError
from flask import Flask, after_this_request, redirect, request, session
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc.errors import JoseError
from requests import RequestException
from waitress import serve

BASE_URL = environ["BASE_URL"]
LOGIN_WINDOW = int(environ.get("LOGIN_WINDOW", "600"))
COOKIE = {"httponly": True, "samesite": "Lax", "secure": BASE_URL.startswith("https:")}

app = Flask(__name__)
app.config.update(
    SECRET_KEY=environ["SESSION_SECRET"],
    SESSION_COOKIE_HTTPONLY=COOKIE["httponly"],
    SESSION_COOKIE_SAMESITE=COOKIE["samesite"],
    SESSION_COOKIE_SECURE=COOKIE["secure"],
)


class Logins(FlaskIntegration):
    """Keeps each unfinished login in a signed cookie of its own. Authlib would keep them all in the session's cookie:
    two tabs that begin at once would overwrite each other, more than a few would not fit, and none would expire."""

    signer = URLSafeTimedSerializer(environ["SESSION_SECRET"], salt="login")

    def set_state_data(self, session, state, data):
        kept = {name: value for name, value in data.items() if name != "url"} | {"state": state}

        @after_this_request
        def keep(response):
            value = self.signer.dumps(kept)
            response.set_cookie(f"login_{state}", value, max_age=LOGIN_WINDOW, path="/callback", **COOKIE)
            return response

    def get_state_data(self, session, state):
        try:
            kept = self.signer.loads(request.cookies.get(f"login_{state}", ""), max_age=LOGIN_WINDOW)
        except BadSignature:
            return None
        return kept if kept["state"] == state else None

    def clear_state_data(self, session, state):
        @after_this_request
        def forget(response):
            response.delete_cookie(f"login_{state}", path="/callback", **COOKIE)
            return response


class ShopOAuth(OAuth):
    framework_integration_cls = Logins


provider = ShopOAuth(app).register(
    "provider",
    server_metadata_url=f"{environ['ISSUER']}/.well-known/openid-configuration",
    client_id=environ["CLIENT_ID"],
    client_secret=environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
)


# One session for each visitor: cookies can be copied, and the newest login wins. By `sub`, when it was issued, in seconds.
# This dict belongs to one process. Several processes need a shared store that drops entries older than an admission.
newest = {}


def begin_login():
    # A script cannot wait in line.
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return "", 401
    query = request.query_string.decode()
    page = BASE_URL + quote(request.path) + (f"?{query}" if query else "")
    # After a wait longer than LOGIN_WINDOW the login restarts at the page, and passes at once.
    login = provider.create_authorization_url(f"{BASE_URL}/callback", target_link_uri=page)
    provider.save_authorize_data(redirect_uri=f"{BASE_URL}/callback", page=page, **login)
    return redirect(login["url"])


def say_again(status):
    # A link and not a redirect: if cookies are refused, redirects would loop.
    return '<p>This login did not work. <a href="/">Continue to the shop</a></p>', status


@app.get("/callback")
def callback():
    login = provider.framework.get_state_data(session, request.args.get("state"))
    if login is None:
        return say_again(400)
    try:
        token = provider.authorize_access_token()
    except (OAuthError, JoseError, RequestException) as error:
        app.logger.error("login failed: %r", getattr(error, "error", type(error).__name__))
        return say_again(502)
    claims = token["userinfo"]
    # The session ends with the ID token, which ends with the admission.
    newest[claims["sub"]] = claims["iat"]
    session.update(
        visitor=claims["sub"],
        issued=claims["iat"],
        ends=claims["exp"],
        number=claims["number"],
        id_token=token["id_token"],
    )
    return redirect(login["page"])


@app.get("/logout")
def logout():
    """Ends the admission too, and frees the place."""
    id_token = session.pop("id_token", None)
    session.clear()
    return redirect(provider.create_logout_url(f"{BASE_URL}/bye", id_token)["url"])


@app.get("/bye")
def bye():
    return "Good bye.", {"Content-Type": "text/plain"}


@app.get("/")
@app.get("/<path:page>")
def shop(page=""):
    """Every other page is for admitted visitors."""
    is_newest = session.get("issued", 0) >= newest.get(session.get("visitor"), 0)
    if session.get("ends", 0) <= time.time() or not is_newest:
        return begin_login()
    return f"inside with number {session['number']}", {"Content-Type": "text/plain"}


serve(app, port=int(environ.get("PORT", "3000")))
