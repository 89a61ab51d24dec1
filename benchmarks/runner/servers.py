# SPDX-License-Identifier: MIT
"""The servers that are compared, each with one thread and answering as much alike as it can."""

import pathlib
import shutil
import subprocess

from .processes import Server, free_port

JSON = ('{"id":48211,"customer":"Tamar Valley Water Company","price":1249.95,"is_paid":true,'
        '"tags":["pump","valve"]}')

NGINX = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr error;
worker_rlimit_nofile 65536;
events {{ worker_connections 8192; multi_accept on; }}
http {{
  access_log off;
  default_type 'text/plain; charset=utf-8';
  keepalive_requests 1000000000;
  keepalive_timeout 75s;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
{more}
    location = /hello {{ return 200 'Hello, World!'; }}
    location = /json {{ default_type application/json; return 200 '{json}'; }}
  }}
}}
"""

NGINX_TLS = """\
    listen 127.0.0.1:{port} ssl http2 backlog=4096;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    ssl_session_tickets off;
    ssl_session_cache off;
    http2_max_requests 1000000000;
    sendfile on;
    root {folder};
"""

# Without mruby h2o has no handler that answers with a text, so it serves small files, which it
# keeps open.
H2O = """\
num-threads: 1
max-connections: 8192
http1-request-timeout: 75
file.send-gzip: OFF
file.etag: OFF
hosts:
  default:
    listen: {{ host: 127.0.0.1, port: {port} }}
    paths:
      "/": {{ file.dir: {folder}/files }}
"""


def hello_server(build: pathlib.Path, _: pathlib.Path, port: int) -> list:
    return [build / "bin/hello_server", "--port", port]


def hello_server_with_metrics(build: pathlib.Path, _: pathlib.Path, port: int) -> list:
    return [build / "bin/hello_server", "--metrics", "--port", port]


def raw_epoll(build: pathlib.Path, _: pathlib.Path, port: int) -> list:
    return [build / "bin/peers_raw_epoll_server", "--port", port]


def beast(build: pathlib.Path, _: pathlib.Path, port: int) -> list:
    return [build / "bin/peers_beast_server", "--port", port]


def beast_websocket(build: pathlib.Path, _: pathlib.Path, port: int) -> list:
    return [build / "bin/peers_beast_websocket_server", "--port", port]


def nginx(_: pathlib.Path, folder: pathlib.Path, port: int) -> list:
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, json=JSON, more=""))
    return [program("nginx"), "-p", folder, "-c", config]


def nginx_for_clients(_: pathlib.Path, folder: pathlib.Path, port: int) -> list:
    """HTTPS on the next port, and files to download."""
    subprocess.run([program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                    "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder / "key.pem",
                    "-out", folder / "certificate.pem"], check=True, stderr=subprocess.DEVNULL)
    for name, size in (("1MiB", 2**20), ("1GiB", 2**30)):
        with (folder / name).open("wb") as file:
            file.truncate(size)
    # Started by root it serves as nobody.
    folder.chmod(0o755)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, json=JSON,
                                   more=NGINX_TLS.format(folder=folder, port=port + 1)))
    return [program("nginx"), "-p", folder, "-c", config]


def h2o(_: pathlib.Path, folder: pathlib.Path, port: int) -> list:
    files = folder / "files"
    files.mkdir(exist_ok=True)
    (files / "hello").write_text("Hello, World!")
    (files / "json").write_text(JSON)
    # Started by root it serves as nobody.
    for each in (folder, files):
        each.chmod(0o755)
    config = folder / "h2o.conf"
    config.write_text(H2O.format(folder=folder, port=port))
    return [program("h2o"), "-m", "worker", "-c", config]


def program(name: str) -> str:
    """nginx is where a user's PATH does not lead."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not found:
        raise RuntimeError(f"{name} is not installed: tools/bootstrap bench")
    return found


ALL = {"leat": hello_server, "raw epoll": raw_epoll, "Beast": beast, "nginx": nginx, "h2o": h2o}
MEASURED = "leat, with metrics"
OTHERS = {"nginx, TLS and files": nginx_for_clients, "Beast, WebSocket echo": beast_websocket,
          MEASURED: hello_server_with_metrics}


def start(who: str, build: pathlib.Path, folder: pathlib.Path, under: tuple = ()) -> Server:
    """Starts one; `under` goes before its command, such as valgrind's."""
    port = free_port(2)  # some use the next as well
    own = folder / f"{who.split(',')[0].replace(' ', '_')}.{port}"
    own.mkdir()
    folder.chmod(0o755)
    command = (ALL | OTHERS)[who](build, own, port)
    return Server([*under, *command], port, own / "output")
