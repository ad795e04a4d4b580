"""A pager: prints what Alertmanager tells it, one line for each alert."""

import http.server
import json
import sys


class Pager(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for alert in body["alerts"]:
            labels, words = alert["labels"], alert["annotations"]["summary"]
            print(alert["status"], labels["alertname"], labels.get("store", "-"), "·", words)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Pager) as pager:
    print("listening")
    pager.serve_forever()
