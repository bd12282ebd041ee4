# Requests that copy a sandbox's folders, list them, and put back what a command changed. Set
# before the text of runner.sh, whose functions they use, for these requests only.
#
#   pack                       print a tar of all folders and of the runner's state
#   unpack                     replace all folders by the tar on stdin; print a list of the files
#   scan                       print a list of the files
#   take BYTES                 print a tar of the paths on stdin (NUL after each)
#   restore OPEN ASIDE REMOVE CLOSE  open folders, move pairs of paths, remove paths, unpack the
#                              tar that follows, close what is in `MODE PATH` (four lists on stdin,
#                              so many bytes each, before the tar)
#
# A tar on stdin comes in parts: a line with a number of bytes, then these; 0 is the end. What is
# printed ends with a line `mica end`; another last line says what failed.
# The list: for each file that had to be opened to be read `MODE PATH`, an empty record, then for
# each file `TYPE MODE SIZE MTIME CTIME LINKS INODE TARGET` and its path; NUL after each record.

roots=(/workspace /srv /home/mica /tmp)
shared=/dev/shm # its own folder is root's; what is in it is not
blocks=128         # of 512 bytes, to a write: small ones cost a switch of processes each
fields='%y %m %s %T@ %C@ %n %i %l\0%p\0'

finish() { # CODE...
    local code text=
    for code in "$@"; do
        [ "$code" = 0 ] && continue
        [ ! -s "$problem" ] || text=$(head -c 300 "$problem" | tr '\n' ' ')
        printf '\nmica failed (%s) %s\n' "$*" "$text"
        exit 0
    done
    printf '\nmica end\n'
    exit 0
}

# A command may close files to their own user. They are opened for as long as it takes to read
# them; the list of their modes is in the state, so that the next request closes them after a kill.
open_locked() {
    find "${roots[@]}" \( -type d ! \( -readable -executable \) -o -type f ! -readable \) \
        -printf '%m %p\0' -exec chmod u+rwx {} \; >"$state/opened" 2>>"$problem"
    [ -s "$state/opened" ] || rm -f "$state/opened"
}

begin() {
    problem=/dev/null
    prepare 15
    : 2>/dev/null >"$state/problem" && problem=$state/problem
}

list_files() {
    open_locked
    [ ! -e "$state/opened" ] || cat "$state/opened"
    printf '\0'
    find "${roots[@]}" -printf "$fields" 2>>"$problem"
    find "$shared" -mindepth 1 -printf "$fields" 2>>"$problem"
    close_again
}

make_tar() { # of the paths on stdin
    tar --create --absolute-names --format=posix --pax-option=delete=atime,delete=ctime \
        --sparse --no-recursion --null --files-from=- --blocking-factor=$blocks 2>>"$problem"
}

take_tar() {
    tar --extract --absolute-names --preserve-permissions --delay-directory-restore \
        --blocking-factor=$blocks 2>>"$problem"
}

parts() {
    local size=-1
    while read -r size && [ "$size" -gt 0 ]; do
        dd bs=64K count="$size" iflag=fullblock,count_bytes status=none
    done
    [ "$size" = 0 ]
}

request_pack() {
    begin
    open_locked
    {
        find "${roots[@]}" -print0
        find "$shared" -mindepth 1 -print0
        find "$state" -mindepth 1 ! -name lock ! -name problem -print0
    } 2>>"$problem" | make_tar
    local codes=("${PIPESTATUS[@]}")
    close_again
    finish "${codes[@]}"
}

request_unpack() {
    problem=/dev/null
    exec 9>>"$state/lock" && flock -w 15 9
    find "${roots[@]}" "$shared" -mindepth 1 -delete 2>/dev/null
    find "$state" -mindepth 1 ! -name lock -delete
    parts | take_tar
    local codes=("${PIPESTATUS[@]}")
    : 2>/dev/null >"$state/problem" && problem=$state/problem
    [ "${codes[*]}" = "0 0" ] && [ -e "$state/ready" ] || finish 1 "${codes[@]}"
    close_again
    list_files
    finish 0
}

request_scan() {
    begin
    list_files
    finish 0
}

request_take() { # BYTES
    begin
    open_locked
    head -c "$1" | make_tar
    local codes=("${PIPESTATUS[@]}")
    close_again
    finish "${codes[@]}"
}

request_restore() { # OPEN ASIDE REMOVE CLOSE
    local from to codes closed
    begin
    head -c "$1" | xargs -0r chmod u+rwx -- 2>>"$problem"
    head -c "$2" | while IFS= read -r -d '' from && IFS= read -r -d '' to; do
        mv -T -- "$from" "$to" 2>>"$problem" || echo "$from" >>"$problem"
    done
    head -c "$3" | xargs -0r rm -df -- 2>/dev/null # a folder with newer files in it stays
    mapfile -d '' closed < <(head -c "$4")
    parts | take_tar
    codes=("${PIPESTATUS[@]}")
    for from in "${closed[@]}"; do chmod -- "${from%% *}" "${from#* }" 2>>"$problem"; done
    finish "${codes[@]}"
}
