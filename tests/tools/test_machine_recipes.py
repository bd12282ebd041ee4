"""Recipes about the machine itself: each runs in the sandbox, and those that read say something."""

from __future__ import annotations

from typing import Any

from support.recipe_runs import a_place, asked_in_many_ways, noted, read_noted

from runtime import recipes as recipe_code
from tools.knowledge.recipes import RECIPES, read_recipes

AREAS = (
    "accounts clock containers cron dpkg environment hardware jobs logins memory python security "
    "services sockets storage syslog together weblogs"
).split()
LOGS = r"""mkdir -p /workspace; cd /workspace
cat > syslog <<'EOF'
Nov 20 23:59:01 box kernel: [    0.0] Linux version 6.1.0
Nov 21 01:02:03 box systemd[1]: Started cron.service - Regular background jobs.
Nov 21 01:02:04 box systemd[1]: nginx.service: Failed with result 'exit-code'.
Nov 21 02:17:01 box CRON[811]: (root) CMD (run-parts --report /etc/cron.hourly)
Nov 21 02:20:00 box kernel: [  100.1] Out of memory: Killed process 4242 (java)
Nov 21 02:20:10 box kernel: [  110.1] usb 1-2: new high-speed USB device number 5
Nov 21 03:00:00 box kernel: [  120.1] app[99]: segfault at 0 ip 00 sp 00 error 4
Nov 21 03:00:01 box kernel: [  121.1] e1000: eth0 NIC Link is Down
Nov 21 03:00:09 box kernel: [  121.9] blk_update_request: I/O error, dev sda, sector 8
Nov 21 03:10:09 box nginx[77]: request denied
EOF
cat > auth.log <<'EOF'
Nov 20 10:00:01 box sshd[100]: Failed password for invalid user admin from 10.0.0.5 port 4000 ssh2
Nov 20 10:00:02 box sshd[100]: Invalid user admin from 10.0.0.5 port 4000
Nov 20 10:00:03 box sshd[100]: Failed password for root from 10.0.0.5 port 4001 ssh2
Nov 20 11:00:03 box sshd[101]: Failed password for mica from 10.0.0.6 port 4001 ssh2
Nov 21 12:00:03 box sshd[102]: Accepted password for mica from 10.0.0.6 port 4002 ssh2
Nov 21 12:05:03 box sshd[103]: Accepted publickey for ada from 10.0.0.8 port 4003 ssh2: RSA x
Nov 21 12:05:04 box sshd[103]: pam_unix(sshd:session): session opened for user ada by (uid=0)
Nov 21 12:07:03 box sudo: mica : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/apt update
Nov 21 12:08:03 box sudo: eva : 3 incorrect password attempts ; USER=root ; COMMAND=/bin/sh
Nov 21 12:09:03 box useradd[200]: new user: name=hugo, UID=1002
Nov 21 12:10:03 box passwd[201]: pam_unix(passwd:chauthtok): password changed for hugo
Nov 21 12:11:03 box su[202]: (to root) mica on pts/0
EOF
cat > dpkg.log <<'EOF'
2026-11-20 08:00:01 install tree:amd64 <none> 2.1.0-1
2026-11-21 08:00:02 upgrade git:amd64 1:2.39.2-1 1:2.39.5-0
2026-11-21 09:00:03 remove nano:amd64 7.2-1 <none>
EOF
cat > crontab <<'EOF'
MAILTO=root
*/5 * * * * /usr/local/bin/check.sh
0 3 * * * /srv/app/backup/backup.sh
@reboot /usr/local/bin/start.sh
#30 4 * * 1 /usr/local/bin/weekly.sh
EOF
"""
COMMON = {
    "pid": "$$", "file": "/srv/app/app.log", "path": "/srv/app", "dir": "/usr/bin", "user": "mica",
    "group": "mica", "name": "sleep", "package": "less", "program": "ls", "port": "8080",
    "number": "3", "seconds": "1", "count": "2", "text": "r", "ip": "10.0.0.6", "host": "localhost",
    "date": "2026-11-03", "first": "/srv", "second": "/home", "output": "/workspace/o",
    "value": "x", "script": "/srv/clean.sh",
}  # fmt: skip
WEB = {"file": "/srv/app/access.log", "ip": "10.0.0.1", "path": "/login"}
VALUES: dict[str, dict[str, str]] = {
    "clock": {"zone": "Europe/Oslo", "zone2": "Asia/Tokyo", "time": "09:15", "time2": "10:45",
              "text": "berlin"},
    "cron": {"file": "/workspace/crontab", "text": "backup"},
    "cron.mention": {"text": "run-parts"},
    "dpkg": {"file": "/workspace/dpkg.log", "date": "2026-11-21"},
    "dpkg.log_of": {"package": "git"},
    "dpkg.compare_versions": {"first": "1.9", "second": "1.10"},
    "hardware": {"text": "fpu"},
    "jobs.background": {"program": "true"},
    "logins": {"file": "/workspace/auth.log"},
    "logins.record": {"file": "/dev/null"},
    "python": {"file": "/usr/lib/python3.11/csv.py", "path": "/usr/lib/python3.11/collections",
               "name": "csv"},
    "python.caches_delete": {"path": "/workspace"},
    "services": {"name": "apt-daily"},
    "environment": {"file": "/srv/app/config/app.env", "name": "LANG"},
    "syslog": {"file": "/workspace/syslog", "name": "nginx"},
    "together.talker_last": {"file": "/workspace/syslog"},
    "weblogs": WEB,
} | {
    f"together.{name}": {"file": "/workspace/auth.log"}
    for name in ("failed_summary", "last_good_bad", "failed_then_in")
} | {f"together.web_{name}": WEB for name in
     ("summary", "top_pages", "missing_who", "errors_last", "day_visitors")}  # fmt: skip
# What a sandbox has none of: nothing to say is then the right answer.
SILENT = frozenset(
    """accounts.no_home accounts.owner_missing accounts.same_uid dpkg.leftovers
    environment.path_missing environment.path_twice jobs.background jobs.long_running jobs.stopped
    security.empty_password security.hidden_tmp security.new_programs security.sticky
    security.tmp_programs sockets.errors sockets.local_only sockets.peers sockets.public
    syslog.log_changed together.ports_and_states weblogs.one_time
    weblogs.rare_methods weblogs.referrers weblogs.redirects weblogs.suspicious
    environment.clean_run environment.load_file""".split()
)
# These stop what carries a name, and nothing here has one that may be stopped.
STOPS = ("jobs.pause_name", "jobs.continue_name", "jobs.reload_name", "together.stop_and_check")


def load() -> list[dict[str, Any]]:
    return [recipe for area in AREAS for recipe in read_recipes(RECIPES / f"{area}.yaml")]


def command_of(recipe: dict[str, Any]) -> str:
    name = recipe["id"]
    values = COMMON | VALUES.get(name.split(".")[0], {}) | VALUES.get(name, {})
    given = {slot: recipe_code.shell_word(slot, values.get(slot, str(default)))
             for slot, default in (recipe.get("slots") or {}).items()}  # fmt: skip
    return str(recipe["command"]).format(**{s: v.replace("'$$'", "$$") for s, v in given.items()})


def test_every_recipe_is_asked_for_in_many_ways() -> None:
    book = load()
    assert len(book) >= 240
    assert len({recipe["title"].lower() for recipe in book}) == len(book)
    for recipe in book:
        asked_in_many_ways(recipe)


def test_recipes_run_and_those_that_read_say_something() -> None:
    book = load()
    script = [LOGS]
    for recipe in sorted(book, key=lambda recipe: bool(recipe.get("changes"))):
        if recipe["id"] not in STOPS:
            script += noted(recipe["id"], command_of(recipe))
    with a_place() as run:
        results = read_noted(run("\n".join(script)))
    assert len(results) == len(book) - len(STOPS)
    changes = {recipe["id"] for recipe in book if recipe.get("changes")}
    assert {name: code for name, (code, _) in results.items() if code and name not in SILENT} == {}
    silent = {name for name, (_, size) in results.items() if not size}
    assert silent - changes - SILENT == set()
