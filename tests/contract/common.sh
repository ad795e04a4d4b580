# What the checks against foreign software share: sourced, not run.

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
contract=tests/contract
programs="${CARGO_TARGET_DIR:-target}/debug"
cache="${PLUGIN_HOST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/plugin-host}"
work="$(mktemp -d)"
started=()
token=sandboxtoken

# Ends what was started here, newest first, and removes what it wrote.
clean_up() {
  local result=$? i
  trap - EXIT INT TERM
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do
    kill "${started[i]}" 2>/dev/null || true
  done
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do
    for _ in {1..50}; do
      kill -0 "${started[i]}" 2>/dev/null || break
      sleep 0.1
    done
    kill -9 "${started[i]}" 2>/dev/null || true
  done
  rm -rf "$work"
  exit "$result"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

need() {
  local name
  for name in "$@"; do
    command -v "$name" >/dev/null || fail "$name is not installed"
  done
}

need_programs() {
  local name
  for name in "$@"; do
    [ -x "$programs/$name" ] || fail "$programs/$name is not built: run \`cargo build --bins\` first"
  done
}

# A free port below those that the system hands out by itself.
free_port() {
  python3 - <<'PYTHON'
import random, socket
while True:
    port = random.randrange(18_000, 30_000)
    try:
        socket.create_server(("127.0.0.1", port)).close()
        break
    except OSError:
        pass
print(port)
PYTHON
}

# start NAME COMMAND…: runs a program in the background; its output goes to $work/NAME.log.
start() {
  local name="$1"
  shift
  : >"$work/$name.log"
  "$@" >"$work/$name.log" 2>&1 </dev/null &
  started+=($!)
}

# Waits until the program last started says in its log that it serves.
await() {
  local name="$1" words="$2"
  for _ in {1..600}; do
    if grep -q "$words" "$work/$name.log"; then return; fi
    if ! kill -0 "${started[-1]}" 2>/dev/null; then break; fi
    sleep 0.1
  done
  tail -n 20 "$work/$name.log" >&2
  fail "$name does not serve"
}

# start_sandbox OPTION…: a store at $sandbox.
start_sandbox() {
  start sandbox "$programs/bigcommerce-sandbox" --listen 127.0.0.1:0 --token "$token" "$@"
  await sandbox "listening on"
  sandbox="$(sed -n 's|^listening on \(.*\)/stores/sandbox1 .*|\1|p' "$work/sandbox.log")"
}

# A Python with the packages of requirements.txt, installed again where that file has changed.
python_with_packages() {
  local folder="$cache/contract-python"
  if ! cmp -s "$contract/requirements.txt" "$folder/requirements.txt"; then
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$contract/requirements.txt"
    cp "$contract/requirements.txt" "$folder/requirements.txt"
  fi
  python="$folder/bin/python"
}

# npm_package FOLDER PROBE PACKAGE…: installs npm packages into the cache, unless PROBE is already there.
npm_package() {
  local folder="$cache/$1" probe="$cache/$1/node_modules/$2"
  shift 2
  [ -e "$probe" ] && return
  mkdir -p "$folder"
  npm install --silent --no-audit --no-fund --prefix "$folder" "$@"
  [ -e "$probe" ] || fail "npm did not install $*"
}

# The client, with nothing of the user's own around it.
client() {
  env -u PLUGIN_HOST_KEY "$programs/plugin-host" --home "$work/client" --color never "$@"
}

# start_server OPTION…: a server with a data folder of its own, $work/data, at $port.
start_server() {
  port="$(free_port)"
  start server env -u PLUGIN_HOST_CONFIG -u PLUGIN_HOST_DATABASE_URL -u PLUGIN_HOST_LOG_FORMAT \
    PLUGIN_HOST_LOG=info NO_COLOR=1 "$programs/plugin-host-server" serve \
    --listen "127.0.0.1:$port" --data-folder "$work/data" "$@"
  await server "serving"
}

# Connects the sandbox's store with the administrator's key and keeps the store key that is issued.
connect_store() {
  printf %s "$token" >"$work/token.txt"
  client --key-file "$work/data/admin.key" admin connect-store sandbox1 --access-token-file "$work/token.txt" \
    >"$work/store.key" 2>"$work/connect.log" || {
    cat "$work/connect.log" >&2
    fail "the store cannot be connected"
  }
}

seconds_since() {
  echo "$((SECONDS - $1)) s"
}
