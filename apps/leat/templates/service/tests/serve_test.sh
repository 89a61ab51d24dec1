#!/usr/bin/env bash
# Starts the program on a port that the system chooses, asks it something, and ends it.
set -euo pipefail

HOME=$(mktemp -d)
export HOME
coproc program {
  exec "$1" --port 0 --inscription.presentation json --inscription.target-stream stdout
}
pid=$!
trap 'kill -KILL "$pid" 2>/dev/null || true; rm -rf "$HOME"' EXIT

port=
serving='"event": "serving".*127\.0\.0\.1:([0-9]+)'
while [[ -z $port ]] && read -r line <&"${program[0]}"; do
  echo "$line"
  if [[ $line =~ $serving ]]; then port=${BASH_REMATCH[1]}; fi
done
[[ -n $port ]] || { echo "it does not serve" >&2; exit 1; }

ask() { # PATH: the status line and the body of the answer
  local connection
  exec {connection}<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET %s HTTP/1.0\r\nhost: test\r\n\r\n' "$1" >&"$connection"
  cat <&"$connection"
  exec {connection}>&-
}

check() { # PATH EXPECTED
  local answer
  answer=$(ask "$1")
  [[ $answer == *" 200 "*"$2"* ]] || { echo "$1 answered: $answer" >&2; exit 1; }
}
check /health/live '"status":"ok"'
check /health/ready '"status":"ready"'
check /greetings/Ann '"text":"Hello, Ann!"'
check /metrics greetings_total
check /metrics 'app_info{name="sample-service",'

kill -TERM "$pid"
status=0
wait "$pid" || status=$?
[[ $status == 0 ]] || { echo "it ended with $status" >&2; exit 1; }

# An address that is none: it says so, and ends with 1.
status=0
said=$(SAMPLE_SERVICE_CONFIG_SERVER__HOST=300.0.0.1 "$1" --port 0 2>&1) || status=$?
[[ $status == 1 && $said == *300.0.0.1* ]] || { echo "$status: $said" >&2; exit 1; }

# Everything that is wrong with a command line and a configuration is told, and nothing begins.
status=0
said=$("$1" --prot 0 2>&1) || status=$?
[[ $status == 2 && $said == *'did you mean "--port"?'* ]] || { echo "$status: $said" >&2; exit 1; }
status=0
said=$(SAMPLE_SERVICE_CONFIG_SERVER__PROT=1 SAMPLE_SERVICE_CONFIG_GREETING__WORD='' "$1" 2>&1) || status=$?
[[ $status == 1 && $said == *server.prot* && $said == *greeting.word* ]] || {
  echo "$status: $said" >&2
  exit 1
}
