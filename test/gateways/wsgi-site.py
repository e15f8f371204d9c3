"""A WSGI site on the port it prints: answers with the CGI variables of its request as JSON."""
import json
from wsgiref.simple_server import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


def site(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({key: value for key, value in environ.items() if key.startswith("HTTP_")}).encode()]


server = make_server("127.0.0.1", 0, site, handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
