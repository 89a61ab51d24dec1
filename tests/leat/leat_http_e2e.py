#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The built `leat http` against peers that say whatever a test wants, and against nginx.

    leat_http_e2e.py LEAT [test...]

Every server is started by the test on a free port, and ended by it. No test measures time; waits
end with the event they wait for, or fail after a long while.
"""

import base64
import gzip
import hashlib
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

LEAT = ""
PATIENCE = 30  # seconds; only a failing test waits so long

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def answer(body=b"", status="200 OK", *fields):
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Peer:
    """Answers connection after connection with what its scripts send; the last one stays."""

    def __init__(self, *scripts):
        self.scripts = scripts
        self.requests = []
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def _serve(self):
        for number in range(1000):
            try:
                connection, _ = self.door.accept()
            except OSError:
                return
            script = self.scripts[min(number, len(self.scripts) - 1)]
            connection.settimeout(PATIENCE)
            try:
                with connection:
                    self._talk(connection, script)
            except OSError:
                pass  # what the client thinks of that is the test's affair

    def _talk(self, connection, script):
        if callable(script):
            self.requests.append(read_request(connection))
            script(connection)
            return
        for each in script if isinstance(script, list) else [script]:
            request = read_request(connection)
            if not request:
                return
            self.requests.append(request)
            connection.sendall(each)

    def close(self):
        self.door.close()


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return data
        data += part
    head, body = data.split(b"\r\n\r\n", 1)
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    if length:
        while len(body) < int(length.group(1)):
            body += connection.recv(65536)
    elif re.search(rb"(?i)\r\ntransfer-encoding: chunked", head):
        while not body.endswith(b"0\r\n\r\n"):
            part = connection.recv(65536)
            if not part:
                break
            body += part
    return head + b"\r\n\r\n" + body


def field_of(request, name):
    found = re.search(rb"(?i)\r\n" + name.encode() + rb": ([^\r]*)", request)
    return found.group(1).decode() if found else None


def body_of(request):
    return request.split(b"\r\n\r\n", 1)[1]


def environment(**more):
    clean = {key: value for key, value in os.environ.items()
             if key not in ("NO_COLOR", "NETRC", "HOME", "TERM")}
    return {**clean, "TERM": "xterm", "HOME": "/nonexistent", **more}


class LeatHttpTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="leat-http-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def peer(self, *scripts):
        made = Peer(*scripts)
        self.addCleanup(made.close)
        return made

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def leat(self, *arguments, code=0, stdin=b"", **more):
        done = subprocess.run([LEAT, "http", *arguments], input=stdin, capture_output=True,
                              timeout=PATIENCE, env=environment(**more), cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def on_terminal(self, *arguments, code=0, **more):
        """Both outputs on a terminal; returns what is seen there."""
        outer, inner = pty.openpty()
        process = subprocess.Popen([LEAT, "http", *arguments], stdin=inner, stdout=inner,
                                   stderr=inner, env=environment(**more), cwd=self.folder)
        os.close(inner)
        seen = b""
        while True:
            ready, _, _ = select.select([outer], [], [], PATIENCE)
            self.assertTrue(ready, seen)
            try:
                part = os.read(outer, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            seen += part
        os.close(outer)
        self.assertEqual(process.wait(PATIENCE), code, seen)
        return seen.replace(b"\r\n", b"\n")

    # --- what is sent

    def test_options(self):
        """Each option, and what of it arrives: method, field or body."""
        netrc = self.file("netrc", "machine 127.0.0.1 login ada password pw")
        cases = [
            ([], "method", "GET"),
            (["-X", "DELETE"], "method", "DELETE"),
            (["--method", "purge"], "method", "purge"),
            (["-H", "X-One: 1"], "x-one", "1"),
            (["--header", "User-Agent: mine"], "user-agent", "mine"),
            (["-q", "a=b c", "--query", "d=&"], "target", "/?a=b%20c&d=%26"),
            (["-b", "a=1", "--cookie", "b=x=y"], "cookie", "a=1; b=x=y"),
            (["-j", '{"a": 1}'], "body", b'{"a": 1}'),
            (["--json", "[]"], "content-type", "application/json"),
            (["--json", "@" + self.file("j", "[1]")], "body", b"[1]"),
            (["--json", "[]"], "method", "POST"),
            (["-X", "PUT", "--json", "[]"], "method", "PUT"),
            (["-d", "text"], "body", b"text"),
            (["--data", "text"], "content-type", "text/plain; charset=utf-8"),
            (["--data", "@" + self.file("d", "file")], "body", b"file"),
            (["--data", "@" + self.file("e", "file")], "content-length", "4"),
            (["-d", "x", "-H", "Content-Type: a/b"], "content-type", "a/b"),
            (["-F", "a=1", "--form", "b=2 3"], "body", b"a=1&b=2+3"),
            (["-F", "a=1"], "content-type", "application/x-www-form-urlencoded"),
            (["-F", "a=1", "--file", "f=" + self.file("f", "file")], "part",
             b'Content-Disposition: form-data; name="f"; filename="f"'),
            (["--file", "f=" + self.file("g", "in a file")], "part", b"in a file"),
            (["--file", "f=" + self.file("h", ""), "-F", "a=1"], "part", b'name="a"\r\n\r\n1\r\n'),
            (["-o", "-"], "method", "GET"),
            (["-u", "ada:pw:2"], "authorization",
             "Basic " + base64.b64encode(b"ada:pw:2").decode()),
            (["--user", "@" + self.file("u", "ada:pw\n")], "authorization", "Basic YWRhOnB3"),
            (["--bearer", "abc"], "authorization", "Bearer abc"),
            (["--bearer", "@" + self.file("t", "abc\n")], "authorization", "Bearer abc"),
            (["--netrc-file", netrc], "authorization", "Basic YWRhOnB3"),
            (["-t", "20", "--connect-timeout", "5", "--read-timeout", "20s"], "method", "GET"),
            (["--no-http2"], "method", "GET"),
        ]
        for options, what, expected in cases:
            with self.subTest(options=options):
                peer = self.peer(OK)
                self.assertEqual(self.leat(*options, peer.url()).stdout, b"ok")
                request = peer.requests[0]
                method, target, _ = request.split(b"\r\n", 1)[0].decode().split(" ")
                if what == "part":
                    self.assertTrue(field_of(request, "content-type").startswith(
                        "multipart/form-data; boundary="))
                    self.assertEqual(int(field_of(request, "content-length")),
                                     len(body_of(request)))
                    self.assertIn(expected, body_of(request))
                    continue
                seen = {"method": method, "target": target, "body": body_of(request)}.get(
                    what, field_of(request, what))
                self.assertEqual(seen, expected)

    def test_unix_socket(self):
        door = socket.socket(socket.AF_UNIX)
        self.addCleanup(door.close)
        path = str(self.folder / "socket")
        door.bind(path)
        door.listen()
        requests = []

        def serve():
            connection, _ = door.accept()
            with connection:
                requests.append(read_request(connection))
                connection.sendall(OK)
        threading.Thread(target=serve, daemon=True).start()
        self.assertEqual(self.leat("--unix-socket", path, "http://a.test/x").stdout, b"ok")
        self.assertTrue(requests[0].startswith(b"GET /x HTTP/1.1\r\n"))
        self.assertEqual(field_of(requests[0], "host"), "a.test")

    def test_standard_input(self):
        peer = self.peer(OK)
        self.leat("-d", "@-", peer.url(), stdin=b"from a pipe")
        self.assertEqual(field_of(peer.requests[0], "transfer-encoding"), "chunked")
        self.assertEqual(body_of(peer.requests[0]), b"b\r\nfrom a pipe\r\n0\r\n\r\n")

    def test_netrc(self):
        self.file(".netrc", "machine 127.0.0.1 login ada password pw")
        peer = self.peer(OK)
        self.leat("--netrc", peer.url(), HOME=str(self.folder))
        self.assertEqual(field_of(peer.requests[0], "authorization"), "Basic YWRhOnB3")
        self.leat("--netrc", peer.url(), NETRC=self.file("other", "default login a password b"))
        self.assertEqual(field_of(peer.requests[1], "authorization"), "Basic YTpi")

    def test_digest(self):
        challenge = answer(b"", "401 Unauthorized",
                           'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"')
        peer = self.peer([challenge, OK], OK)  # on the same connection or another
        body = self.file("body", "again")
        self.assertEqual(
            self.leat("-u", "ada:pw", "--digest", "-d", "@" + body, peer.url("/x")).stdout, b"ok")
        self.assertIsNone(field_of(peer.requests[0], "authorization"))
        sent = field_of(peer.requests[1], "authorization")
        part = dict(re.findall(r'(\w+)="?([^",]*)"?', sent))

        def md5(text):
            return hashlib.md5(text.encode()).hexdigest()
        expected = md5(f"{md5('ada:r:pw')}:n:{part['nc']}:{part['cnonce']}:auth:{md5('POST:/x')}")
        self.assertEqual(part["response"], expected)
        self.assertEqual(body_of(peer.requests[1]), b"again")

    def test_redirects(self):
        moved = answer(b"", "302 Found", "Location: /there")
        peer = self.peer([moved, OK])
        done = self.leat(peer.url())
        self.assertEqual((done.stdout, len(peer.requests)), (b"", 1))
        self.assertEqual(self.leat("-L", peer.url()).stdout, b"ok")
        self.assertIn(b"GET /there ", peer.requests[2])
        said = self.leat("--follow", "--max-redirects", "0", peer.url(), code=1).stderr
        self.assertIn(b"more than 0 redirects", said)

    def test_credentials_stay_home(self):
        other = self.peer(OK)
        peer = self.peer(answer(b"", "302 Found", f"Location: {other.url().replace('127.0.0.1', 'localhost')}"))
        self.leat("-L", "-u", "ada:pw", peer.url())
        self.assertIsNotNone(field_of(peer.requests[0], "authorization"))
        self.assertIsNone(field_of(other.requests[0], "authorization"))

    def test_proxy(self):
        proxy = self.peer(OK)
        origin = "http://origin.test/x"
        address = proxy.url("")
        with_password = address.replace("//", "//ada:pw@")
        self.assertEqual(self.leat("-x", with_password, origin).stdout, b"ok")
        self.assertTrue(proxy.requests[0].startswith(b"GET http://origin.test/x "))
        self.assertEqual(field_of(proxy.requests[0], "proxy-authorization"),
                         "Basic " + base64.b64encode(b"ada:pw").decode())
        self.assertEqual(self.leat(origin, http_proxy=address).stdout, b"ok")
        direct = self.peer(OK)
        self.leat(direct.url(), http_proxy=address, NO_PROXY="127.0.0.1")
        self.leat("--no-environment", direct.url(), http_proxy=address, NO_PROXY="")
        self.assertEqual((len(direct.requests), len(proxy.requests)), (2, 2))

    def test_proxy_that_refuses(self):
        proxy = self.peer(answer(b"", "407 Proxy Authentication Required"))
        said = self.leat("-x", proxy.url("").replace("//", "//ada:pw@"), "https://origin.test/",
                         code=1).stderr
        self.assertIn(b"407", said)
        self.assertNotIn(b"pw", said)

    # --- what is shown

    def test_body_as_it_is(self):
        everything = bytes(range(256)) * 100
        peer = self.peer(answer(everything, "200 OK", "Content-Type: application/json"))
        self.assertEqual(self.leat(peer.url()).stdout, everything)

    def test_content_coding(self):
        peer = self.peer(answer(gzip.compress(b"plain"), "200 OK", "Content-Encoding: gzip"))
        self.assertEqual(self.leat(peer.url()).stdout, b"plain")

    def test_pretty_json(self):
        document = answer(b'{"a":[1,"x"]}', "200 OK", "Content-Type: application/problem+json; x=y")
        peer = self.peer(document)
        plain = b'{\n  "a": [\n    1,\n    "x"\n  ]\n}\n'
        self.assertEqual(self.leat("--pretty", "always", peer.url()).stdout, plain)
        self.assertEqual(self.leat("--pretty", "never", peer.url()).stdout, b'{"a":[1,"x"]}')
        self.assertEqual(self.leat(peer.url()).stdout, b'{"a":[1,"x"]}')
        coloured = self.leat("--pretty", "always", "--color", "always", peer.url()).stdout
        self.assertIn(b"\x1b[36m1\x1b[0m", coloured)
        self.assertEqual(re.sub(rb"\x1b\[[0-9;]*m", b"", coloured), plain)

    def test_terminal(self):
        document = answer(b'{"a":1}', "200 OK", "Content-Type: application/json")
        peer = self.peer(document)
        self.assertIn(b"\x1b[36m1\x1b[0m", self.on_terminal(peer.url()))
        plain = b'{\n  "a": 1\n}\n'
        self.assertEqual(self.on_terminal(peer.url(), NO_COLOR="1"), plain)
        self.assertEqual(self.on_terminal(peer.url(), TERM="dumb"), plain)
        self.assertEqual(self.on_terminal("--color", "never", peer.url()), plain)
        self.assertEqual(self.on_terminal("--pretty", "never", peer.url()), b'{"a":1}')

    def test_hostile_text_on_terminal(self):
        peer = self.peer(answer(b"a\x1b]0;owned\x07b\x1b[2J\rc\xc2\x9b2Jd"))
        self.assertEqual(self.on_terminal(peer.url()),
                         b"a\\x1b]0;owned\\x07b\\x1b[2J\\x0dc\\x9b2Jd")

    def test_binary_on_terminal(self):
        peer = self.peer(answer(b"\x7fELF\x00\x01"))
        self.assertIn(b"--download", self.on_terminal(peer.url(), code=1))

    def test_verbose(self):
        moved = answer(b"", "301 Moved", "Location: /b?access_token=hush1", "Set-Cookie: s=hush2")
        peer = self.peer([moved, answer(b"ok", "200 Fine", "X-Api-Key: hush3", "X-Plain: yes")])
        done = self.leat("-v", "-L", "-u", "ada:hush4", "-q", "password=hush5", "-q", "n=1",
                         "-H", "X-Auth-Token: hush6", "-H", "Cookie: hush7", peer.url("/a"))
        said = done.stderr.decode()
        self.assertEqual(done.stdout, b"ok")
        for line in ("> GET /a?password=[secure]&n=1", "> authorization: Basic [secure]",
                     "> x-auth-token: [secure]", "> cookie: [secure]", "< HTTP/1.1 301 Moved",
                     "< location: /b?access_token=[secure]", "< set-cookie: [secure]",
                     "> GET /b?access_token=[secure]", "< HTTP/1.1 200 Fine",
                     "< x-api-key: [secure]", "< x-plain: yes"):
            self.assertIn(line.lower(), said.lower().splitlines())
        self.assertNotIn("hush", said)
        self.assertNotIn(base64.b64encode(b"ada:hush4").decode(), said)

    def test_hostile_head(self):
        peer = self.peer(b"HTTP/1.1 200 O\xc2\x9bK\r\nX: a\xc2\x85b\r\nContent-Length: 0\r\n\r\n")
        said = self.leat("-v", peer.url()).stderr
        self.assertIn(b"O\\x9bK", said)
        self.assertIn(b"a\\x85b", said)

    # --- how it ends

    def test_exit_codes(self):
        gone = socket.create_server(("127.0.0.1", 0))
        port = gone.getsockname()[1]
        gone.close()
        ok = self.peer(OK)
        missing = self.peer(answer(b"no", "404 Not Found"))
        broken = self.peer(answer(b"no", "500 Oops"))
        cases = [
            (0, [ok.url()]),
            (0, [missing.url()]),
            (0, ["--fail", ok.url()]),
            (22, ["--fail", missing.url()]),
            (22, ["-f", broken.url()]),
            (1, [f"http://127.0.0.1:{port}/"]),
            (1, ["--connect-timeout", "0.1", f"https://127.0.0.1:{ok.port}/"]),
            (2, []),
            (2, ["ftp://127.0.0.1/"]),
            (2, ["not a url"]),
            (2, ["--nonsense", ok.url()]),
            (2, ["--json", "{", ok.url()]),
            (2, ["--json", "1", "--data", "2", ok.url()]),
            (2, ["--user", "a:b", "--bearer", "c", ok.url()]),
            (2, ["--digest", ok.url()]),
            (2, ["--key", "x", ok.url()]),
            (2, ["--timeout", "soon", ok.url()]),
            (2, ["--max-redirects", "-1", ok.url()]),
            (2, ["--max-redirects", "99999999999999999999999", ok.url()]),
            (2, ["--download", "", ok.url()]),
            (2, ["--cookie", "a", ok.url()]),
            (2, ["--cookie", "a=1; b=2", ok.url()]),
            (2, ["--unix-socket", "/nowhere", "--proxy", ok.url(), ok.url()]),
            (1, ["--unix-socket", "/nowhere", ok.url()]),
            (2, ["--bearer", "", ok.url()]),
            (2, ["--user", "", ok.url()]),
            (2, ["--proxy", "", ok.url()]),
            (2, ["--cacert", "", ok.url()]),
            (2, ["--method", "", ok.url()]),
            (2, ["--file", "f=/nowhere", ok.url()]),
            (2, ["--file", "/nowhere", ok.url()]),
            (2, ["--file", "f=/dev/null", "--data", "x", ok.url()]),
            (2, ["--pretty", "perhaps", ok.url()]),
            (2, ["--data", "@/nowhere", ok.url()]),
            (2, ["--download", "/dev/null", ok.url()]),
            (1, ["--download", "/nowhere/x", ok.url()]),
            (2, ["--netrc", ok.url()]),
            (2, [ok.url(), ok.url()]),
        ]
        for code, arguments in cases:
            with self.subTest(arguments=arguments):
                done = self.leat(*arguments, code=code)
                self.assertEqual(done.stderr == b"", code == 0, done.stderr)
                self.assertLessEqual(done.stderr.count(b"\n"), 3)

    def test_fail_shows_no_body(self):
        peer = self.peer(answer(b"a page", "404 Not\x01Found"), answer(b"a page", "404 Not Found"))
        done = self.leat("-f", peer.url("/x?token=hush"), code=1)  # no reason phrase holds that
        done = self.leat("-f", peer.url("/x?token=hush"), code=22)
        self.assertEqual(done.stdout, b"")
        self.assertEqual(done.stderr.decode(),
                         f"leat: GET {peer.url('/x?token=[secure]')} answered 404 Not Found\n")

    def test_hostile_peers(self):
        """What a peer must not say ends with 1 and one line; what came before it is shown."""
        endless = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2_000_000
        cases = {
            "nothing": b"",
            "no http": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
            "cut head": b"HTTP/1.1 200 OK\r\nContent-",
            "cut body": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!",
            "cut chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfive!\r\n",
            "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "endless head": endless,
            "bad coding": answer(b"no gzip", "200 OK", "Content-Encoding: gzip"),
        }
        for name, said in cases.items():
            with self.subTest(name):
                def talk(connection, said=said):
                    connection.sendall(said)
                done = self.leat(self.peer(talk).url(), code=1)
                self.assertRegex(done.stderr.decode(), r"^leat: [^\n]+\n$")
                self.assertIn(done.stdout, (b"", b"five!"))

    def test_timeouts(self):
        silent = self.peer(lambda connection: connection.recv(1))
        said = self.leat("--read-timeout", "50ms", silent.url(), code=1).stderr
        self.assertIn(b"timed out", said)
        said = self.leat("--timeout", "0.05", silent.url(), code=1).stderr
        self.assertIn(b"timed out", said)

    def test_timeout_while_others_wait(self):
        """The limit holds while nobody gives the input, or takes the output."""
        silent = self.peer(lambda connection: connection.recv(1))
        process = subprocess.Popen([LEAT, "http", "-t", "0.1", "-d", "@-", silent.url()],
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        self.assertEqual(process.wait(PATIENCE), 1)
        self.assertIn(b"timed out", process.stderr.read())
        process.stdin.close()
        process.stderr.close()

        def talk(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while True:
                connection.sendall(b"x" * 65536)
        process = subprocess.Popen([LEAT, "http", "-t", "0.1", self.peer(talk).url()],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=environment())
        self.assertEqual(process.wait(PATIENCE), 1)
        self.assertIn(b"timed out", process.stderr.read())
        process.stdout.close()
        process.stderr.close()

    def test_answer_before_the_input(self):
        """An answer that comes first is shown, whatever the input still has."""
        def serve(connection):
            data = b""
            while b"some" not in data:
                data += connection.recv(65536)
            connection.sendall(answer(b"too much", "413 Content Too Large", "Connection: close"))
            while connection.recv(65536):
                pass
        door = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(door.close)
        threading.Thread(target=lambda: serve(door.accept()[0]), daemon=True).start()
        process = subprocess.Popen(
            [LEAT, "http", "-d", "@-", f"http://127.0.0.1:{door.getsockname()[1]}/"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment())
        process.stdin.write(b"some")
        process.stdin.flush()
        self.assertEqual(process.stdout.read(), b"too much")
        self.assertEqual(process.wait(PATIENCE), 0)
        process.stdin.close()
        process.stdout.close()

    def interrupted(self, number, *arguments, **more):
        """Sends a signal when the server has the request, and waits for the end."""
        arrived = threading.Event()

        def talk(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nsome")
            arrived.set()
            try:
                while connection.recv(1):
                    pass
            except OSError:
                pass
        peer = self.peer(talk)
        process = subprocess.Popen([LEAT, "http", *arguments, peer.url()], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment(), cwd=self.folder, **more)
        self.assertTrue(arrived.wait(PATIENCE))
        process.send_signal(number)
        out, said = process.communicate(timeout=PATIENCE)
        self.assertIn(out, (b"", b"some"))
        self.assertEqual(said, b"")
        return process.returncode

    def test_timeout_while_a_name_is_looked_up(self):
        """A lookup cannot be interrupted, and is not waited for."""
        compiler = shutil.which("clang-19") or shutil.which("cc")
        if not compiler:
            self.skipTest("there is no compiler for a slow resolver")
        slow = self.file("slow.c", "#include <unistd.h>\nint getaddrinfo(void) { sleep(1000); return -2; }\n")
        library = str(self.folder / "slow.so")
        subprocess.run([compiler, "-w", "-shared", "-fPIC", slow, "-o", library], check=True)
        for option in ("--connect-timeout", "--timeout"):
            done = self.leat(option, "0.1", "http://slow.test/", "--download", "file", code=1,
                             LD_PRELOAD=library)
            self.assertIn(b"slow.test", done.stderr)
            self.assertFalse((self.folder / "file").exists())
            self.assertEqual(sorted(os.listdir(self.folder)), ["slow.c", "slow.so"])

    def test_signals(self):
        self.assertEqual(self.interrupted(signal.SIGINT), 130)
        self.assertEqual(self.interrupted(signal.SIGTERM), 143)
        for number in (signal.SIGINT, signal.SIGHUP):
            self.assertEqual(self.interrupted(number, "-o", "file"), 128 + number)
            self.assertEqual(os.listdir(self.folder), [])

    def test_ignored_signals(self):
        """What it was started to ignore, as by nohup, does not end it."""
        proceed = threading.Event()

        def talk(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nso")
            proceed.wait(PATIENCE)
            connection.sendall(b"me!")
        peer = self.peer(talk)
        ignored = (signal.SIGHUP, signal.SIGINT)
        process = subprocess.Popen(
            ["sh", "-c", 'trap "" HUP INT; exec "$@"', "sh", LEAT, "http", peer.url()],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), cwd=self.folder)
        self.assertEqual(process.stdout.read(2), b"so")
        for number in ignored:
            process.send_signal(number)
        proceed.set()
        self.assertEqual(process.communicate(timeout=PATIENCE), (b"me!", b""))
        self.assertEqual(process.returncode, 0)

    def test_signal_while_nobody_reads(self):
        full = threading.Event()

        def talk(connection):
            connection.settimeout(0.3)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            try:
                while True:
                    connection.sendall(b"x" * 65536)
            except TimeoutError:
                full.set()  # the client takes no more, because nobody takes it from him
                connection.settimeout(PATIENCE)
                while connection.recv(65536):
                    pass
        peer = self.peer(talk)
        process = subprocess.Popen([LEAT, "http", peer.url()], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment())
        self.assertTrue(full.wait(PATIENCE))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 130)
        process.stdout.close()
        process.stderr.close()

    def test_signal_while_it_waits_for_input(self):
        peer = self.peer(lambda connection: connection.recv(1))
        process = subprocess.Popen([LEAT, "http", "-d", "@-", peer.url()], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=environment())
        process.stdin.write(b"some")
        process.stdin.flush()
        self.wait_until(lambda: b"leat" in pathlib.Path(f"/proc/{process.pid}/comm").read_bytes() and
                        self.threads_of(process.pid) > 1)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 130)
        for each in (process.stdin, process.stdout, process.stderr):
            each.close()

    def wait_until(self, condition):
        for _ in range(1_000_000):
            if condition():
                return
            os.sched_yield()
        self.fail("it does not happen")

    @staticmethod
    def threads_of(process):
        return len(os.listdir(f"/proc/{process}/task"))

    def test_broken_pipe(self):
        def talk(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while True:
                connection.sendall(b"x" * 65536)
        process = subprocess.Popen([LEAT, "http", self.peer(talk).url()], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment())
        self.assertEqual(process.stdout.read(1), b"x")
        process.stdout.close()
        self.assertEqual(process.stderr.read(), b"")
        self.assertEqual(process.wait(PATIENCE), 128 + signal.SIGPIPE)
        process.stderr.close()

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([LEAT, "http", self.peer(OK).url()], stdout=full,
                                  stderr=subprocess.PIPE, timeout=PATIENCE, env=environment())
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left on device", done.stderr)

    def test_closed_streams(self):
        """A standard stream that is closed is no place for what is opened next."""
        peer = self.peer(answer(b"body"))

        def run(streams, *arguments):
            return subprocess.run(["sh", "-c", f'exec "$@" {streams}', "sh", LEAT, "http",
                                   *arguments, peer.url()], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=PATIENCE, env=environment(),
                                  cwd=self.folder)
        done = run(">&-")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"Bad file descriptor", done.stderr)
        done = run("2>&-", "-v")
        self.assertEqual((done.returncode, done.stdout), (0, b"body"))
        self.assertEqual(run("<&- >&- 2>&-", "-v", "--download", "file").returncode, 0)
        self.assertEqual((self.folder / "file").read_bytes(), b"body")
        done = run("<&-", "--data", "@-")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"Bad file descriptor", done.stderr)

    # --- downloads

    def test_download(self):
        content = os.urandom(3_000_000)
        peer = self.peer(answer(content))
        done = self.leat("--download", "file", peer.url())
        self.assertEqual((done.stdout, done.stderr), (b"", b""))
        self.assertEqual((self.folder / "file").read_bytes(), content)
        self.assertEqual(os.listdir(self.folder), ["file"])
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual((self.folder / "file").stat().st_mode & 0o777, 0o666 & ~mask)

    def test_download_that_fails(self):
        """What was there stays, and nothing is left beside it."""
        self.file("file", "before")
        cut = self.peer(lambda connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!"))
        self.leat("-o", "file", cut.url(), code=1)
        self.leat("-o", "file", "-f", self.peer(answer(b"", "404 No")).url(), code=22)
        self.leat("-o", "file", "http://127.0.0.1:1/", code=1)
        self.assertEqual(self.interrupted(signal.SIGINT, "-o", "file"), 130)
        self.assertEqual((self.folder / "file").read_text(), "before")
        self.assertEqual(os.listdir(self.folder), ["file"])

    def test_download_replaces(self):
        self.file("file", "before")
        self.leat("-o", "file", self.peer(OK).url())
        self.assertEqual((self.folder / "file").read_text(), "ok")

    def test_progress(self):
        peer = self.peer(answer(b"x" * 2048))
        seen = self.on_terminal("-o", "file", peer.url())
        self.assertIn(b"100 % [####", seen)
        self.assertIn(b"2.0 KiB of 2.0 KiB", seen)
        self.assertTrue(seen.endswith(b"\n"))
        self.assertEqual(self.on_terminal("--no-progress", "-o", "file", peer.url()), b"")

    def test_memory(self):
        size = 100_000_000

        def talk(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               b"Content-Length: %d\r\n\r\n" % size)
            for _ in range(size // 100_000):
                connection.sendall(b"[1,2],3, " * 11111 + b" ")
        for arguments in (["-o", "file"], ["--pretty", "never"]):
            process = subprocess.Popen([LEAT, "http", *arguments, self.peer(talk).url()],
                                       stdout=subprocess.DEVNULL, env=environment(),
                                       cwd=self.folder)
            most = 0
            while process.poll() is None:
                # The high-water mark; what wait4() says counts the time before exec() as well.
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                found = re.search(r"VmHWM:\s+(\d+)", status)  # a zombie has none
                most = max(most, int(found.group(1)) if found else 0)
            self.assertEqual(process.returncode, 0)
            self.assertGreater(most, 1000)
            self.assertLess(most, memory_limit(), "KiB")

    # --- TLS, HTTP/2 and nginx

    def nginx(self, locations):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True,
                           cwd=self.folder)
        for name in ("server", "client"):
            openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                    f"{name}.key", "-out", f"{name}.pem")
        with socket.create_server(("127.0.0.1", 0), backlog=64) as door:
            port = door.getsockname()[1]
            temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in
                                ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            config = self.file("nginx.conf", f"""
                daemon off; worker_processes 1; user root; pid {self.folder}/pid;
                error_log {self.folder}/error.log; events {{ worker_connections 64; }}
                http {{ {temporary} access_log off; server {{
                  listen 127.0.0.1:{port} ssl http2;
                  ssl_certificate {self.folder}/server.pem;
                  ssl_certificate_key {self.folder}/server.key;
                  ssl_client_certificate {self.folder}/client.pem; ssl_verify_client optional;
                  {locations} }} }}""")
            # It inherits the socket, so it can be connected to at once.
            process = subprocess.Popen(["/usr/sbin/nginx", "-c", config, "-p", self.folder],
                                       env={"NGINX": f"{door.fileno()};"},
                                       pass_fds=[door.fileno()], stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        return f"https://127.0.0.1:{port}"

    def test_nginx(self):
        url = self.nginx("location / { return 200 '$server_protocol $ssl_client_verify $ssl_client_s_dn'; }")
        self.assertIn(b"certificate", self.leat(url, code=1).stderr)
        trusting = ["--cacert", "server.pem"]
        self.assertEqual(self.leat(*trusting, url).stdout, b"HTTP/2.0 NONE ")
        self.assertEqual(self.leat(*trusting, "--no-http2", url).stdout, b"HTTP/1.1 NONE ")
        self.assertEqual(self.leat("--insecure", url).stdout, b"HTTP/2.0 NONE ")
        self.assertEqual(self.leat("-k", "--cert", "client.pem", "--key", "client.key", url).stdout,
                         b"HTTP/2.0 SUCCESS CN=client")
        both = (self.folder / "client.pem").read_text() + (self.folder / "client.key").read_text()
        self.assertEqual(self.leat("-k", "--cert", self.file("both.pem", both), url).stdout,
                         b"HTTP/2.0 SUCCESS CN=client")
        said = self.leat("-v", *trusting, url).stderr
        self.assertIn(b"< HTTP/2 200", said)

    def test_nginx_download(self):
        url = self.nginx(f"location / {{ root {self.folder}/www; }}")
        (self.folder / "www").mkdir()
        content = os.urandom(20_000_000)
        self.file("www/large", content)
        self.leat("--cacert", "server.pem", "-o", "copy", url + "/large")
        self.assertEqual((self.folder / "copy").read_bytes(), content)

    def test_http2_prior_knowledge(self):
        peer = self.peer(OK)
        self.leat("--http2-prior-knowledge", peer.url(), code=1)
        self.assertTrue(peer.requests[0].startswith(b"PRI * HTTP/2.0\r\n"))

    def test_help_and_version(self):
        for arguments in (["--help"], ["http", "--help"], ["--version"]):
            done = subprocess.run([LEAT, *arguments], capture_output=True, timeout=PATIENCE)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertTrue(done.stdout)
        for arguments in ([], ["ftp"]):
            done = subprocess.run([LEAT, *arguments], capture_output=True, timeout=PATIENCE)
            self.assertEqual(done.returncode, 2)


def memory_limit():
    """In KiB. With a sanitizer, memory is kept after it was freed."""
    libraries = subprocess.run(["nm", "-C", LEAT], capture_output=True, text=True, check=False)
    return 600_000 if "__asan_init" in libraries.stdout else 24_000


if __name__ == "__main__":
    LEAT = os.path.abspath(sys.argv[1])
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
