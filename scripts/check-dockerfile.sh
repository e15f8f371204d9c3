#!/usr/bin/env bash
# Runs the Dockerfile without Docker. It executes the ENV, WORKDIR, COPY and RUN lines of each stage in an empty folder,
# with only the files that .dockerignore admits. Then it starts CMD as a user who owns nothing but /data, checks
# HEALTHCHECK and /readyz, and stops it with SIGTERM. Where the machine allows it, every file system but /data is read-only
# for it. The list of the installed packages must be complete. Node comes from node_modules instead of the image. With
# INSTALLED=1, `npm ci` has just run in the checkout, and a stage that would install the same files again gets those.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
server=''
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
# Other users need access.
chmod 755 "$work"

node=$(readlink -f node_modules/.bin/node)
context=$work/context
mkdir "$context"
sed -n 's/^!//p' .dockerignore | xargs git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$context"

# The instructions, one per line, without comments.
instructions=$(sed -e ':join' -e '/\\$/{N;s/\\\n//;b join' -e '}' Dockerfile | grep -vE '^\s*(#|$)')

stage='' workdir=/ cmd='' health='' ready=''
declare -A env
# Whether `npm ci` has the same input here as in the checkout, and nothing else. .npmrc says --ignore-scripts too.
is_installed() {
  [ -n "${INSTALLED:-}" ] && [ "$1" = 'npm ci --ignore-scripts' ] || return 1
  [ "$(ls -A "$workdir" | LC_ALL=C sort | xargs)" = '.npmrc package-lock.json package.json' ] || return 1
  for file in .npmrc package-lock.json package.json; do cmp -s "$workdir/$file" "$root/$file" || return 1; done
}
# Files are linked where they are on the same file system. The cache is none of npm's.
copy_installed() {
  mkdir "$workdir/node_modules"
  find "$root/node_modules" -mindepth 1 -maxdepth 1 ! -name .cache -exec cp "$@" -t "$workdir/node_modules" {} +
}
inside() { sed -E "s#(^|[ =:\"\`'])/(app|data)#\1$stage/\2#g" <<<"$1"; }
while read -r verb rest; do
  case $verb in
    FROM)
      stage=$work/$([[ $rest == *' AS '* ]] && echo "${rest##* AS }" || echo final)
      mkdir -p "$stage"
      workdir=$stage
      ;;
    ENV) for pair in $(inside "$rest"); do env[${pair%%=*}]=${pair#*=}; done ;;
    WORKDIR) workdir=$stage$rest && mkdir -p "$workdir" ;;
    COPY)
      from=$context
      if [[ $rest == --from=* ]]; then
        from=$work/$(sed -E 's/--from=([^ ]+).*/\1/' <<<"$rest")
        rest=${rest#* }
      fi
      read -ra paths <<<"$rest"
      target=${paths[-1]}
      [[ $target == /* ]] && target=$stage$target || target=$workdir/$target
      for source in "${paths[@]:0:${#paths[@]}-1}"; do
        if [ -d "$from/$source" ]; then mkdir -p "$target" && cp -a "$from/$source/." "$target"
        else mkdir -p "$target" && cp -a "$from/$source" "$target"; fi
      done
      ;;
    RUN)
      # This machine may have no user named node.
      line=$(inside "$rest" | sed 's/node:node/nobody/')
      echo "RUN $rest"
      if is_installed "$rest"; then
        echo 'copied from the checkout, where npm ci installed the same'
        copy_installed -al 2>/dev/null || { rm -rf "$workdir/node_modules" && copy_installed -a; }
        continue
      fi
      (cd "$workdir" && PATH=$(dirname "$node"):$PATH bash -euo pipefail -c "$line")
      ;;
    HEALTHCHECK) health=${rest#*CMD } ;;
    CMD) cmd=$rest ;;
  esac
done <<<"$instructions"

free_port() { "$node" -e 'net.createServer().listen(0, function () { console.log(this.address().port); this.close(); })'; }
port=$(free_port) shop_port=$(free_port)
as_user=()
if [ "$(id -u)" = 0 ]; then
  as_user=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
  # Other users may have no access to the checkout.
  cp "$node" "$work/node" && node=$work/node
fi
argv() { inside "$1" | "$node" -e 'for (const part of JSON.parse(require("fs").readFileSync(0, "utf8")).slice(1)) process.stdout.write(part + "\0")'; }
mapfile -d '' -t start < <(argv "$cmd")
mapfile -d '' -t check < <(argv "$health")
variables=(PORT="$port" SHOP_PORT="$shop_port" HOST=127.0.0.1 LOG_LEVEL=warn PATH="$PATH")
for name in "${!env[@]}"; do variables+=("$name=${env[$name]}"); done

# Runs a command with every file system read-only, but for /data and those of the kernel.
cat >"$work/read-only" <<'SCRIPT'
set -e
data=$1
shift
mount --make-rprivate /
mount --bind "$data" "$data"
while read -r target; do
  case $target in /proc* | /sys* | /dev* | "$data") ;; *) mount -o remount,bind,ro "$target" ;; esac
done < <(findmnt -rno TARGET)
if touch "${data%/data}/app/writes" 2>/dev/null; then echo 'the root file system is not read-only' >&2; exit 1; fi
exec "$@"
SCRIPT
read_only=()
if unshare --mount true 2>/dev/null; then read_only=(bash "$work/read-only" "$stage/data")
else echo 'this machine allows no read-only file systems: not checked'; fi

cd "$workdir"
${read_only:+unshare --mount} "${read_only[@]}" "${as_user[@]}" env -i "${variables[@]}" "$node" "${start[@]}" >"$work/log" 2>&1 &
server=$!
# Other checks may keep the machine busy.
for _ in $(seq 600); do
  kill -0 "$server" 2>/dev/null || break
  ready=$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/readyz" || true)
  [ "$ready" = 200 ] && break
  sleep 0.1
done
if [ "$ready" != 200 ]; then
  cat "$work/log" >&2
  echo "/readyz answered ${ready:-nothing}, expected 200" >&2
  exit 1
fi
"${as_user[@]}" env -i "${variables[@]}" "$node" "${check[@]}"
kill -TERM "$server"
status=0
wait "$server" || status=$?
server=''
[ "$status" = 0 ] || { cat "$work/log" >&2; echo "exit status after SIGTERM is $status, expected 0" >&2; exit 1; }
[ -f "$stage/data/keys/jwks.json" ] && [ -f "$stage/data/anteroom.db" ]
cd "$root"
PATH=$root/node_modules/.bin:$PATH node scripts/check-sbom.ts "$stage/app"
echo "size of the image's own files: $(du -sh "$stage/app" | cut -f1)"
