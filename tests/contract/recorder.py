#!/usr/bin/env python3
"""recorder.py PORT UPSTREAM_PORT FILE: hands requests on and writes down each with its answer, one JSON a line."""

import http.client
import http.server
import json
import sys
import threading

port, upstream, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
book = open(path, "a", encoding="utf-8", buffering=1)
lock = threading.Lock()
# Meant for one connection only.
OWN = {"connection", "transfer-encoding", "content-length", "keep-alive", "host", "date", "server"}


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def hand_on(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        connection = http.client.HTTPConnection("127.0.0.1", upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OWN}
        connection.request(self.command, self.path, body or None, headers)
        response = connection.getresponse()
        answer = response.read()
        entry = {
            "method": self.command,
            "target": self.path,
            "status": response.status,
            "violations": response.headers.get("sl-violations"),
            "body": None if response.status in (200, 204) else answer.decode("utf-8", "replace")[:4000],
        }
        with lock:
            book.write(json.dumps(entry) + "\n")
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            if name.lower() not in OWN - {"date"}:
                self.send_header(name, value)
        if response.status != 204:
            self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        connection.close()

    do_GET = do_PUT = do_POST = do_DELETE = hand_on

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Recorder)
print(f"recording on port {port}")
server.serve_forever()
