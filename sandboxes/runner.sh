# Runs inside every sandbox, once for each request. Both drivers pass this text in the variable
# MICA_RUNNER to `bash -c 'eval "$MICA_RUNNER"'`, so that a list of processes stays readable.
#
#   run CALL SECONDS LIMIT BYTES LONG KEPT   run the command on stdin (BYTES long), at most once for
#                                  CALL; an output over LONG bytes is kept in a file, KEPT bytes of it
#   write PATH BYTES               write stdin to PATH
#   read PATH LIMIT                print a file of at most LIMIT bytes
#   sweep                          end all processes that commands left behind
#   ready                          do now what a first command would wait for
#
# Stdin begins with an empty line, so that no answer can overtake the caller's getting ready.
# The answer on stdout is one line `mica STATUS EXIT MICROSECONDS TOTAL SIZE`, then SIZE bytes.
# State in /run/mica: the lock (one command at a time), the environment and directory that the
# last command left (kept/), and a folder for each call: made before the command starts, its
# `exit` written after it ended. A folder without `exit` while nobody holds the lock means that
# the call was cut off: what it did is unknown, and it is not run again.

unset MICA_RUNNER
state=/run/mica
kept_calls=50 # older calls keep their exit code but not their output
kept_outputs=4
LC_ALL=C      # count bytes; not exported, so commands keep their own locale

# By reading, not with `stat`: old versions of gVisor refuse what that asks.
size_of() { wc -c <"$1"; }

reply() { # STATUS EXIT MICROSECONDS TOTAL [FILE...]
    local size=0 name header=("${@:1:4}")
    shift 4
    for name in "$@"; do size=$((size + $(size_of "$name"))); done
    printf 'mica %s %s %s %s %s\n' "${header[@]}" "$size"
    [ $# -eq 0 ] || cat -- "$@"
    exit 0
}

fail() { # STATUS TEXT
    printf 'mica %s 0 0 0 %s\n%s' "$1" "${#2}" "$2"
    exit 0
}

# Closes what a request that was cut off had opened to read it (copying.sh), the inner ones first.
close_again() {
    local opened index
    [ -e "$state/opened" ] || return 0
    mapfile -d '' opened <"$state/opened"
    for ((index = ${#opened[@]} - 1; index >= 0; index--)); do
        chmod -- "${opened[index]%% *}" "${opened[index]#* }" 2>/dev/null
    done
    rm -f "$state/opened"
}

prepare() {
    exec 9>>"$state/lock" || fail error "the sandbox has no room left; start a new conversation"
    flock -w "$1" 9 || fail busy "another command of this conversation is still running"
    close_again
    [ -e "$state/ready" ] && return
    mkdir -p "$state/calls" "$state/new" "$state/kept"
    if [ -x /usr/share/mica/seed ]; then /usr/share/mica/seed >/dev/null 2>&1; fi
    : >"$state/ready"
}

look_at() { # PID; sets $condition (Z: dead) and $session
    local line
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    read -r condition _ _ session _ <<<"${line##*) }"
}

# Ends every process outside this session and PID 1's. One call stops them all first, so that
# nothing can fork its way past; a fork under way then still yields a (stopped) child, hence the
# rounds. Builtins only: it must work when no process can be started.
sweep() {
    local process own condition session alive=1 round
    look_at $$ && own=$session
    kill -s STOP -- -1 2>/dev/null
    for ((round = 0; round < 500 && alive; round++)); do
        alive=0
        for process in /proc/[0-9]*; do
            process=${process#/proc/}
            look_at "$process" || continue
            if [ "$session" = "$own" ] || [ "$session" = 1 ] || [ "$process" = 1 ]; then
                kill -s CONT "$process"
            elif [ "$condition" != Z ]; then
                kill -s KILL "$process"
                alive=1
            fi 2>/dev/null
        done
    done
}

# Keeps the first and the last half of LIMIT bytes, and counts what follows the first half. What
# is longer than LIMIT goes to `whole` as well, its first KEPT bytes.
keep_output() { # FOLDER LIMIT KEPT
    local first=$(($2 - $2 / 2)) last kept
    trap : TERM HUP INT # `pkill bash` shall not end the record of what it did
    head -c "$first" >"$1/head"
    if [ "$(size_of "$1/head")" -lt "$first" ]; then
        echo 0 >"$1/rest"
        : >"$1/tail"
        return
    fi
    exec 6> >(exec tail -c $(($2 / 2)) >"$1/tail")
    last=$!
    cp "$1/head" "$1/whole" 2>/dev/null
    exec 5> >(exec head -c $(($3 - first)) >>"$1/whole" 2>/dev/null)
    kept=$!
    tee -p /dev/fd/5 /dev/fd/6 2>/dev/null | wc -c >"$1/rest" # -p: go on when KEPT is reached
    exec 5>&- 6>&-
    wait "$last" "$kept"
}

# Puts a long output where commands can read it; the last few of them stay.
keep_whole() { # FOLDER LIMIT LONG
    local rest size outputs old
    read -r rest <"$1/rest"
    size=$((rest + $(size_of "$1/head")))
    [ "$size" -gt "$3" ] || return
    mkdir -p "$state/outputs"
    old=${1##*/}
    outputs=$state/outputs/${old:0:12}.txt
    if [ "$size" -gt "$2" ]; then mv -f "$1/whole" "$outputs"
    else rm -f "$1/whole"; cat "$1/head" "$1/tail" >|"$outputs"; fi 2>/dev/null
    mapfile -t outputs < <(ls -t "$state/outputs")
    for old in "${outputs[@]:kept_outputs}"; do rm -f "$state/outputs/$old"; done
}

# The shell of a command: takes over directory and environment, and leaves its own behind.
# On one line, so that bash's messages count the lines of the command alone.
# shellcheck disable=SC2016
shell='{ if [ -e /run/mica/kept/ok ];
    then . /run/mica/kept/env; cd -- "$(</run/mica/kept/cwd)" || cd /workspace;
    else cd /workspace; fi; } 2>/dev/null;
trap "export -p >|/run/mica/new/env; printf %s \"\$PWD\" >|/run/mica/new/cwd;
    : >|/run/mica/new/ok" EXIT;
eval "$(</run/mica/command)"'
shell=${shell//$'\n'/ }

answer() { # STATUS FOLDER
    local code microseconds rest head
    read -r code microseconds <"$2/exit"
    read -r rest <"$2/rest"
    head=$(size_of "$2/head")
    reply "$1" "$code" "$microseconds" $((head + rest)) "$2/head" "$2/tail"
}

forget_old_output() { # CALL
    local order
    echo "$1" >>"$state/order"
    mapfile -t order <"$state/order"
    [ ${#order[@]} -gt $kept_calls ] || return
    local old=$state/calls/${order[-kept_calls - 1]}
    read -r old_rest <"$old/rest"
    echo $((old_rest + $(size_of "$old/head"))) >|"$old/rest"
    : >|"$old/head"
    : >|"$old/tail"
}

run_call() { # CALL SECONDS LIMIT BYTES LONG KEPT
    local call=$state/calls/$1 command code start end clean=()
    IFS= read -r -N "$4" command || fail error "the command did not arrive whole"
    prepare "$(($2 + 15))"
    [ ! -s "$call/exit" ] || answer replayed "$call"
    mkdir "$call" 2>/dev/null || {
        [ ! -d "$call" ] || fail unknown "the command was cut off while it ran"
        fail error "the sandbox has no room left; start a new conversation"
    }
    { printf %s "$shell" >|"$state/shell" && printf %s "$command" >|"$state/command"; } || fail error "the sandbox has no room left; start a new conversation"
    forget_old_output "$1"
    [ ! -e "$state/kept/ok" ] || clean=(env -i)
    exec 7> >(keep_output "$call" "$3" "$6")
    local keeper=$!
    start=${EPOCHREALTIME/./}
    # shellcheck disable=SC2016
    setsid -w timeout -k 2 "$2" "${clean[@]}" bash -c 'eval "$(</run/mica/shell)"' bash \
        </dev/null >&7 2>&7 7>&- 9>&-
    code=$?
    end=${EPOCHREALTIME/./}
    sweep
    exec 7>&-
    wait "$keeper"
    keep_whole "$call" "$3" "$5"
    [ ! -e "$state/new/ok" ] || mv -f "$state/new/env" "$state/new/cwd" "$state/new/ok" "$state/kept/"
    echo "$code $((end - start))" >"$call/exit"
    exec 9>&- # the caller may be gone, and nobody shall wait for it to read the answer
    answer done "$call"
}

write_path() { # PATH BYTES
    local problem
    prepare 15
    cd /workspace || fail error "there is no /workspace"
    problem=$({ mkdir -p -- "$(dirname -- "$1")" && head -c "$2" >"$1"; } 2>&1) ||
        fail error "$problem"
    [ "$(size_of "$1")" = "$2" ] || fail error "$1: the file did not arrive whole"
    reply done 0 0 0
}

read_path() { # PATH LIMIT
    prepare 15
    cd /workspace || fail error "there is no /workspace"
    [ -f "$1" ] && [ -r "$1" ] || fail error "$1: no such file"
    [ "$(size_of "$1")" -le "$2" ] || fail error "$1: larger than $2 bytes"
    reply done 0 0 0 "$1"
}

trap : TERM HUP INT
read -r _
case $1 in
    run) run_call "${@:2}" ;;
    write) write_path "${@:2}" ;;
    read) read_path "${@:2}" ;;
    sweep) sweep && reply done 0 0 0 ;;
    ready) prepare 15 && reply done 0 0 0 ;;
    pack | unpack | scan | take | restore) "request_$1" "${@:2}" ;; # in copying.sh
    *) fail error "unknown request $1" ;;
esac
