#!/bin/sh
# The one hook of snappy-os: a runtime calls it with the name of an event and a JSON object on stdin; what it prints is
# put in front of the agent. It never fails a turn: whatever goes wrong, it prints nothing, notes one line in
# state/log/hook.log and ends with 0. POSIX sh and awk only; Node starts in the background, and only when a skill changed.
#
#   snappy-os-inject.sh session|prompt|subagent|edit|changed|stop
#
# SNAPPY_EXPLAIN=1 says on stderr why each skill was chosen or passed over (`snappy match --explain`).

# Bytes, not characters: every awk then agrees on what index() and substr() count.
LC_ALL=C
export LC_ALL
umask 077
newline='
'
event=${1-}

# The tree is two folders up, wherever the runtime's own working directory is.
case $0 in
*/*) cd "${0%/*}/../.." 2>/dev/null || exit 0 ;;
*) cd ../.. 2>/dev/null || exit 0 ;;
esac
tree=$PWD
awk_dir=state/hooks/awk
# Where there are several, mawk starts and runs in a third of the time.
if command -v mawk >/dev/null 2>&1; then awk='mawk'; else awk='awk'; fi
index=state/.index
sessions=state/log/sessions

note() {
	# Bounded: a hook that fails on every turn must not fill the disk.
	{
		[ "$(($(wc -c <state/log/hook.log 2>/dev/null || echo 0)))" -lt 262144 ] &&
			printf '%s %s: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$event" "$1" >>state/log/hook.log
	} 2>/dev/null
	return 0
}

# Starts a command that outlives this process and holds none of its descriptors, so that no runtime waits for it.
detach() {
	if command -v setsid >/dev/null 2>&1; then
		setsid "$@" </dev/null >/dev/null 2>&1 &
	else
		nohup "$@" </dev/null >/dev/null 2>&1 &
	fi
}

compile() {
	command -v node >/dev/null 2>&1 || {
		note 'a skill changed, but there is no node on PATH to compile the index: run snappy index'
		return 0
	}
	detach node bin/snappy.js index --if-stale --tree "$tree"
}

# A whole look at the skills' times costs milliseconds for each thousand of them: done in the background.
check_in_background() {
	[ -f bin/snappy.js ] || return 0
	# shellcheck disable=SC2016 # the inner shell expands it
	detach sh -c '[ -f "$1/current" ] &&
		[ -z "$(find state/skills -newer "$1/current" -print 2>/dev/null | head -n 1)" ] && exit 0
		exec node bin/snappy.js index --if-stale --tree "$2"' sh "$index" "$tree"
}

run_awk() {
	program=$1
	shift
	case $program in
	prompt) set -- text lookup match rank loader ;;
	session) set -- lookup ;;
	*) set -- ;;
	esac
	files="-f $awk_dir/json.awk"
	for part in "$@" "$program"; do files="$files -f $awk_dir/$part.awk"; done
	# Values go by the environment: `-v` would read backslashes in a path as escapes.
	# shellcheck disable=SC2086 # the list of files has no blanks of its own
	if [ -n "${SNAPPY_EXPLAIN-}" ]; then
		out=$(snappy_tree=$tree snappy_event=$event $awk $files)
	else
		out=$(snappy_tree=$tree snappy_event=$event $awk $files 2>/dev/null)
	fi
	status=$?
	case $status in
	0) return 0 ;;
	3) note 'the input is not a JSON object' ;;
	4) note 'there is no index that this hook can read; make it with: snappy index' ;;
	*) note "$awk ended with status $status" ;;
	esac
	return 1
}

# awk prints a line for the session's ledger (`reset <name>`, `keep <name>`, or `none`), then the ledger's new entries,
# and last `answer` and what the runtime is to read, if anything. It writes no file itself: an awk that cannot open one ends at
# once, and a full disk must not cost the turn its text.
answer() {
	[ -n "$out" ] || return 0
	last=${out##*"$newline"}
	[ "$last" = answer ] || printf '%s\n' "${last#answer }" 2>/dev/null
	ledger=${out%%"$newline"*}
	name=${ledger#* }
	case $ledger in
	reset\ *) ;;
	keep\ *)
		# The first sign of a session that did not begin with its start event: nobody has looked at the skills yet.
		[ -f "$sessions/$name" ] || check_in_background
		;;
	*)
		check_in_background
		return 0
		;;
	esac
	entries=${out#*"$newline"}
	entries=${entries%"$last"}
	[ -d $sessions ] || mkdir -p $sessions 2>/dev/null
	case $ledger in
	reset\ *) { : >"$sessions/$name"; } 2>/dev/null ;;
	*) [ -z "$entries" ] && [ -f "$sessions/$name" ] || { printf '%s' "$entries" >>"$sessions/$name"; } 2>/dev/null ;;
	esac || note 'the ledger of the session cannot be written'
	return 0
}

# An edit counts when the file, links followed, is one of this tree's skill files. A folder that is gone cannot be
# followed: its name has to do.
edited() {
	file=$out
	out=''
	case $file in
	/*/*) folder=$(cd -P "${file%/*}" 2>/dev/null && pwd) || folder=${file%/*} ;;
	*) return 0 ;;
	esac
	skills=$(cd -P state/skills 2>/dev/null && pwd) || return 0
	case $folder/ in
	"$skills"/ | "$tree"/state/skills/) skill=${file##*/} skill=${skill%.md} skill=${skill%.agents} ;;
	"$skills"/*/*) skill=${folder#"$skills"/} skill=${skill%%/*} ;;
	"$tree"/state/skills/*/*) skill=${folder#"$tree"/state/skills/} skill=${skill%%/*} ;;
	*) return 0 ;;
	esac
	compile
	case $1:$file in
	edit:*.md) ;;
	*) return 0 ;;
	esac
	snappy_skill=$skill snappy_file=${file##*/}
	export snappy_skill snappy_file
	run_awk edit </dev/null && printf '%s\n' "$out" 2>/dev/null
}

[ -d state/skills ] || exit 0
case $event in
prompt | UserPromptSubmit | subagent | PreToolUse)
	run_awk prompt && answer
	# A folder that is newer than the index: a skill came or went. In-place edits are told by the edit events, and
	# looked for when a session starts and when a turn stops.
	# shellcheck disable=SC3013 # in POSIX since 2024; dash, bash, busybox, ksh and zsh have long had it
	[ ! -f $index/current ] || [ state/skills -nt $index/current ] && compile
	;;
session | SessionStart)
	run_awk session && answer
	check_in_background
	;;
edit | PostToolUse)
	run_awk path && [ -n "$out" ] && edited edit
	;;
changed | FileChanged)
	run_awk path && [ -n "$out" ] && edited changed
	;;
stop | Stop)
	# A child of this hook's own (a grader that runs the runtime again) must not start the round once more.
	[ -n "${SNAPPY_INSIDE-}" ] || check_in_background
	;;
# The task of a subagent carries its loader (PreToolUse): its start event does not say which task it belongs to.
subagent-start | SubagentStart) ;;
*) note "unknown event; it is one of session prompt subagent edit changed stop" ;;
esac
exit 0
