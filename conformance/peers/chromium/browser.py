"""Opens a page in a headless Chromium and waits for what its script reports.

The page comes from a web server on a free port of 127.0.0.1, which is its origin. Its script is the body of an async
function with `parameters` in scope, and what it returns is the report; or it throws, which is an error here too.
"""
import contextlib
import http.server
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading

PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>a test</title><script type="module">
const parameters = %s;
async function run() {
%s
}
const report = await run().then((result) => ({ result }), (error) => ({ error: String(error && error.stack || error) }));
await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
</script>"""
# As root there is no sandbox; a container has little in /dev/shm. The last: our certificates are made for each test.
FLAGS = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--ignore-certificate-errors"]


class Failed(Exception):
    """The script threw, or there was no report in time."""


def find():
    return shutil.which("chromium")


class Origin(http.server.ThreadingHTTPServer):
    """Serves the page and takes its report."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.page = b""
        self.reports = queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(self.server.page if self.path == "/" else b"")

    def do_POST(self):
        self.server.reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(b"")

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def origin():
    """The web server that a page will come from."""
    with Origin() as server:
        yield server
        server.shutdown()


def run(server, script, patience_s, **parameters):
    """Runs a script in a page of that origin. Returns what it returned; raises Failed."""
    server.page = (PAGE % (json.dumps(parameters), script)).encode()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        process = subprocess.Popen([find(), *FLAGS, f"--user-data-dir={home}", server.url() + "/"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            report = server.reports.get(timeout=patience_s)
        except queue.Empty:
            raise Failed(f"the page reported nothing within {patience_s} s") from None
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if "error" in report:
        raise Failed(report["error"])
    return report.get("result")
