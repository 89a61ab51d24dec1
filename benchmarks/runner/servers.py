# SPDX-License-Identifier: MIT
"""The servers that are compared, each with one thread and answering as much alike as it can."""

import pathlib
import shutil

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
    location = /hello {{ return 200 'Hello, World!'; }}
    location = /json {{ default_type application/json; return 200 '{json}'; }}
  }}
}}
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


def raw_epoll(build: pathlib.Path, _: pathlib.Path, port: int) -> list:
    return [build / "bin/peers_raw_epoll_server", "--port", port]


def beast(build: pathlib.Path, _: pathlib.Path, port: int) -> list:
    return [build / "bin/peers_beast_server", "--port", port]


def beast_websocket(build: pathlib.Path, _: pathlib.Path, port: int) -> list:
    return [build / "bin/peers_beast_websocket_server", "--port", port]


def nginx(_: pathlib.Path, folder: pathlib.Path, port: int) -> list:
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, json=JSON))
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

# Not compared: what clients are measured against.
ECHO = {"WebSocket echo": beast_websocket}


def start(who: str, build: pathlib.Path, folder: pathlib.Path, under: tuple = ()) -> Server:
    """Starts one; `under` goes before its command, such as valgrind's."""
    port = free_port()
    own = folder / f"{who.replace(' ', '_')}.{port}"
    own.mkdir()
    folder.chmod(0o755)
    command = (ALL | ECHO)[who](build, own, port)
    return Server([*under, *command], port, own / "output")
