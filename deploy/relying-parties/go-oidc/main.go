// An application behind the line, with go-oidc 3, oauth2 and securecookie. Environment:
//
//	PORT, BASE_URL (https://shop.example), ISSUER (https://line.example), CLIENT_ID, CLIENT_SECRET,
//	SESSION_SECRET (32 random characters or more),
//	LOGIN_WINDOW (how long a login may take, in seconds; the same as login_window at Anteroom).
//
// Relying party at Anteroom: profile generic, redirect URI BASE_URL/callback, post-logout redirect URI BASE_URL/bye.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha512"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gorilla/securecookie"
	"golang.org/x/oauth2"
)

// session is what the site stores about an admitted visitor.
type session struct {
	Visitor, IDToken string
	Number           int
	Issued           time.Time
	// Ends is the ID token's exp, the end of the admission.
	Ends time.Time
}

// login is an unfinished login.
type login struct{ Page, Nonce, Verifier string }

type shop struct {
	url, endSession string
	oauth           oauth2.Config
	verifier        *oidc.IDTokenVerifier
	// Sessions and unfinished logins are sealed in cookies: a waiting visitor costs this application nothing.
	sessions, logins *securecookie.SecureCookie
	loginWindow      int
	// One session for each visitor: cookies can be copied, and the newest login wins. By sub, when it was issued. This
	// map belongs to one process. Several processes need a shared store that drops entries older than an admission.
	newest sync.Map
}

func main() {
	seconds, err := strconv.Atoi(cmp.Or(os.Getenv("LOGIN_WINDOW"), "600"))
	if err != nil {
		log.Fatal("LOGIN_WINDOW is a number of seconds: ", err)
	}
	provider, err := oidc.NewProvider(context.Background(), setting("ISSUER"))
	if err != nil {
		log.Fatal(err)
	}
	var more struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&more); err != nil {
		log.Fatal(err)
	}
	base, id := setting("BASE_URL"), setting("CLIENT_ID")
	keys := sha512.Sum512([]byte(setting("SESSION_SECRET")))
	sealed := func(seconds int) *securecookie.SecureCookie {
		return securecookie.New(keys[:32], keys[32:]).MaxAge(seconds).SetSerializer(securecookie.JSONEncoder{})
	}
	s := shop{
		url:        base,
		endSession: more.EndSession,
		oauth: oauth2.Config{
			ClientID:     id,
			ClientSecret: setting("CLIENT_SECRET"),
			Endpoint:     provider.Endpoint(),
			RedirectURL:  base + "/callback",
			Scopes:       []string{oidc.ScopeOpenID},
		},
		verifier:    provider.Verifier(&oidc.Config{ClientID: id}),
		sessions:    sealed(0), // Ends limits it
		logins:      sealed(seconds),
		loginWindow: seconds,
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /callback", s.callback)
	routes.HandleFunc("GET /logout", s.logout)
	routes.HandleFunc("GET /bye", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "Good bye.") })
	routes.HandleFunc("GET /", s.page)
	address := ":" + cmp.Or(os.Getenv("PORT"), "3000")
	server := http.Server{Addr: address, Handler: routes, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

func setting(name string) string {
	value := os.Getenv(name)
	if value == "" {
		log.Fatal(name + " is not set")
	}
	return value
}

// page serves every other page, which are for admitted visitors.
func (s *shop) page(w http.ResponseWriter, r *http.Request) {
	visitor, ok := s.session(r)
	if !ok {
		s.beginLogin(w, r)
		return
	}
	fmt.Fprintf(w, "inside with number %d", visitor.Number)
}

func (s *shop) beginLogin(w http.ResponseWriter, r *http.Request) {
	// A script cannot wait in line.
	if cmp.Or(r.Header.Get("Sec-Fetch-Mode"), "navigate") != "navigate" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	page := s.url + r.URL.RequestURI()
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	value, err := s.logins.Encode(loginCookie(state), login{page, nonce, verifier})
	if err != nil {
		s.sayAgain(w, http.StatusRequestURITooLong, err)
		return
	}
	// A cookie for each login, so that two tabs do not disturb each other.
	s.setCookie(w, http.Cookie{Name: loginCookie(state), Value: value, Path: "/callback", MaxAge: s.loginWindow})
	to := s.oauth.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier),
		// After a wait longer than LOGIN_WINDOW the login restarts here, and passes at once.
		oauth2.SetAuthURLParam("target_link_uri", page))
	http.Redirect(w, r, to, http.StatusFound)
}

func (s *shop) callback(w http.ResponseWriter, r *http.Request) {
	name := loginCookie(r.FormValue("state"))
	var begun login
	if err := open(s.logins, r, name, &begun); err != nil {
		s.sayAgain(w, http.StatusBadRequest, err)
		return
	}
	s.setCookie(w, http.Cookie{Name: name, Path: "/callback", MaxAge: -1})
	visitor, err := s.finishLogin(r, begun)
	if err != nil {
		s.sayAgain(w, http.StatusBadGateway, err)
		return
	}
	value, err := s.sessions.Encode("session", visitor)
	if err != nil {
		s.sayAgain(w, http.StatusInternalServerError, err)
		return
	}
	s.setCookie(w, http.Cookie{Name: "session", Value: value, Path: "/"})
	http.Redirect(w, r, begun.Page, http.StatusFound)
}

func (s *shop) finishLogin(r *http.Request, begun login) (*session, error) {
	if code := r.FormValue("error"); code != "" {
		return nil, fmt.Errorf("the answer was %q", code)
	}
	token, err := s.oauth.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(begun.Verifier))
	if err != nil {
		return nil, err
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := s.verifier.Verify(r.Context(), raw)
	if err != nil {
		return nil, err
	}
	if idToken.Nonce != begun.Nonce {
		return nil, errors.New("the ID token is for another login")
	}
	var claims struct{ Number int }
	if err := idToken.Claims(&claims); err != nil {
		return nil, err
	}
	s.newest.Store(idToken.Subject, idToken.IssuedAt)
	return &session{
		Visitor: idToken.Subject, IDToken: raw, Number: claims.Number, Issued: idToken.IssuedAt, Ends: idToken.Expiry,
	}, nil
}

// logout ends the admission too, and frees the place.
func (s *shop) logout(w http.ResponseWriter, r *http.Request) {
	query := url.Values{"client_id": {s.oauth.ClientID}, "post_logout_redirect_uri": {s.url + "/bye"}}
	if visitor, ok := s.session(r); ok {
		query.Set("id_token_hint", visitor.IDToken)
	}
	s.setCookie(w, http.Cookie{Name: "session", Path: "/", MaxAge: -1})
	http.Redirect(w, r, s.endSession+"?"+query.Encode(), http.StatusFound)
}

func (s *shop) session(r *http.Request) (visitor session, ok bool) {
	err := open(s.sessions, r, "session", &visitor)
	newest, known := s.newest.Load(visitor.Visitor)
	isNewest := !known || !visitor.Issued.Before(newest.(time.Time))
	return visitor, err == nil && isNewest && time.Now().Before(visitor.Ends)
}

// sayAgain shows a link and does not redirect: if cookies are refused, redirects would loop.
func (s *shop) sayAgain(w http.ResponseWriter, status int, err error) {
	log.Print("login failed: ", err)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprint(w, `<p>This login did not work. <a href="/">Continue to the shop</a></p>`)
}

func (s *shop) setCookie(w http.ResponseWriter, cookie http.Cookie) {
	cookie.HttpOnly = true
	cookie.SameSite = http.SameSiteLaxMode
	cookie.Secure = strings.HasPrefix(s.url, "https:")
	http.SetCookie(w, &cookie)
}

func loginCookie(state string) string { return "login_" + state }

// open reads a sealed cookie. It fails if the cookie is too old or was sealed for another name.
func open(seal *securecookie.SecureCookie, r *http.Request, name string, value any) error {
	cookie, err := r.Cookie(name)
	if err != nil {
		return err
	}
	return seal.Decode(name, cookie.Value, value)
}
