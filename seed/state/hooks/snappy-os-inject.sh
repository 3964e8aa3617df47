#!/bin/sh
# The one hook of snappy-os: a runtime calls it with the name of an event and a JSON object on stdin; what it prints is
# put in front of the agent. It never fails a turn: whatever goes wrong, it prints nothing, notes one line in
# state/log/hook.log and ends with 0. POSIX sh and awk only; Node starts in the background, and only when a skill changed
# or, once a turn has stopped, when there is something to drain.
#
#   snappy-os-inject.sh session|prompt|subagent|edit|changed|stop [runtime]
#
# The runtime is one of those below; without one it is Claude Code. What it calls things, and how it takes an answer, is
# in awk/dialect.awk.
#
# SNAPPY_EXPLAIN=1 says on stderr why each skill was chosen or passed over (`snappy match --explain`). With SNAPPY_TRIAL=1
# nothing is started in the background (`snappy match` and `snappy doctor` want the answer alone), nor with SNAPPY_INSIDE: an
# agent program that this tree has started itself, to grade or to mend, must not start the round once more.

# Bytes, not characters: every awk then agrees on what index() and substr() count.
LC_ALL=C
export LC_ALL
# A `cd` would print where CDPATH took it, and a reader that is gone would end the hook with a signal.
unset CDPATH
trap '' PIPE
# A descriptor that the caller closed would be given to the next pipe, and awk would wait for its own output, for ever.
if [ -d /dev/fd ]; then
	[ -e /dev/fd/0 ] || exec </dev/null
	[ -e /dev/fd/1 ] || exec >/dev/null
	[ -e /dev/fd/2 ] || exec 2>/dev/null
fi
umask 077
event=${1-}
runtime=${2-claude-code}

# Cursor takes a hook that prints nothing for one that failed: whatever happens, there is an answer that changes nothing.
if [ "$runtime" = cursor ]; then
	answered=''
	case $event in
	prompt | session) neutral='{"continue":true}' ;;
	*) neutral='{}' ;;
	esac
	trap '[ -n "$answered" ] || printf "%s\n" "$neutral" 2>/dev/null' EXIT
fi

# The tree is two folders up, wherever the runtime's own working directory is, links to this file followed.
self=$0
while [ -L "$self" ]; do
	target=$(readlink "$self") || exit 0
	case $target in
	/*) self=$target ;;
	*) self=${self%"${self##*/}"}$target ;;
	esac
done
case $self in
*/*) cd "${self%/*}/../.." 2>/dev/null || exit 0 ;;
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
	[ ! -e state/log/hook.log ] || [ -f state/log/hook.log ] || return 0
	{
		[ "$(($(wc -c <state/log/hook.log 2>/dev/null || echo 0)))" -lt 262144 ] &&
			printf '%s %s: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$event" "$1" >>state/log/hook.log
	} 2>/dev/null
	return 0
}

# Starts this hook once more, in a process that outlives this one and holds none of its descriptors, so that no runtime
# waits for it. What runs there are events too: what goes wrong gets its line in the log. The runtime is named, or they
# would be taken for what Cursor runs beside its own; with it goes the session, to whom an edit is put down.
background() {
	[ -z "${SNAPPY_TRIAL-}${SNAPPY_INSIDE-}" ] || return 0
	background_event=$1
	shift
	set -- sh state/hooks/snappy-os-inject.sh "$background_event" "$runtime" "${session:--}" "$@"
	if command -v setsid >/dev/null 2>&1; then
		setsid "$@" </dev/null >/dev/null 2>&1 &
	else
		nohup "$@" </dev/null >/dev/null 2>&1 &
	fi
}

# Runs one of the awk programs on stdin and leaves what it printed in `out`. Nothing may be searched in `out` that is not
# at its ends: dash takes quadratic time for it.
run_awk() {
	program=$1
	shift
	case $program in
	prompt) set -- text lookup match rank loader ;;
	session | path) set -- lookup ;;
	*) set -- ;;
	esac
	files="-f $awk_dir/json.awk -f $awk_dir/dialect.awk"
	for part in "$@" "$program"; do files="$files -f $awk_dir/$part.awk"; done
	# Values go by the environment: `-v` would read backslashes in a path as escapes.
	# shellcheck disable=SC2086 # the list of files has no blanks of its own
	if [ -n "${SNAPPY_EXPLAIN-}" ]; then
		out=$(snappy_tree=$tree snappy_event=$event snappy_runtime=$runtime $awk $files)
	else
		# The braces silence the shell's own word about an awk that was killed.
		{ out=$(snappy_tree=$tree snappy_event=$event snappy_runtime=$runtime $awk $files); } 2>/dev/null
	fi
	status=$?
	case $status in
	0 | 5) ;;
	3) note 'the input is not a JSON object' ;;
	4)
		note 'there is no index that this hook can read; it is being compiled'
		background notice
		;;
	*) note "$awk ended with status $status (no room for the ledger of the session, or awk was stopped)" ;;
	esac
	return 0
}

# awk prints the whole answer, and only then writes the session's ledger: an awk that was killed before has printed no
# end, and one that finds no room for the ledger has. The end is two brackets, or a quote that no backslash escapes.
answer() {
	case $out in
	'{'*'}}' | '{'*[!\\]'"}')
		answered=1
		printf '%s\n' "$out" 2>/dev/null
		;;
	esac
	# The first sign of a session that did not begin with its start event: nobody has looked at the skills yet.
	[ $status -ne 5 ] || background check
	return 0
}

[ -d state/skills ] || {
	note 'state/skills is missing'
	exit 0
}
case $runtime in
claude-code | codex | gemini | openclaw | cursor | windsurf | pi | copilot | opencode | qwen) ;;
*) note 'unknown runtime, answered as Claude Code: it is one of codex gemini openclaw cursor windsurf pi copilot opencode qwen' ;;
esac
# Cursor also runs the hooks of Claude Code. Where its own settings hold this one too, that one answers.
if [ -n "${CURSOR_VERSION-}" ] && [ $# -eq 1 ]; then
	grep -q state/hooks/snappy-os-inject.sh "${HOME-}/.cursor/hooks.json" 2>/dev/null && exit 0
fi

# The turn comes first: a shell reads a script no further than it gets, and this is the call that somebody waits for.
case $event in
prompt | UserPromptSubmit | subagent | PreToolUse)
	[ -d $sessions ] || mkdir -p $sessions 2>/dev/null
	run_awk prompt
	answer
	# A folder that is newer than the index: a skill came or went. In-place edits are told by the edit events, and
	# looked for when a session starts and when a turn stops.
	# shellcheck disable=SC3013 # in POSIX since 2024; dash, bash, busybox, ksh and zsh have long had it
	[ -f $index/current ] && [ state/skills -nt $index/current ] && background notice
	exit 0
	;;
esac

# The events that run in the background are given the session.
session=${3-}
queue=state/log/regen-queue

# Compiles the index, and records what has changed; after a turn also works through what there is of rows and edits.
regen() {
	if ! command -v node >/dev/null 2>&1; then
		note "there is something to do for snappy regen $1, but no node on PATH: run it by hand"
	elif [ ! -f bin/snappy.js ]; then
		note "there is something to do for snappy regen $1, but bin/snappy.js is missing: run snappy init --refresh-seed"
	else
		node bin/snappy.js regen "$@" --tree "$tree" --runtime "$runtime" --session "$session" || note "snappy regen $1 ended with status $?: run it by hand"
	fi
}

# A look at the skills that has begun and has not got to looking yet will see what is there by then: edits that come in
# a flood start one. The look itself removes the mark; one that was left behind counts for a minute or two.
notice() {
	mkdir -p $queue 2>/dev/null
	if is_ahead $queue/.noticing || [ -n "$(find $queue/.noticing -mmin +1 2>/dev/null)" ]; then rm -f $queue/.noticing; fi
	(set -C && : >$queue/.noticing) 2>/dev/null || return 0
	regen notice
	rm -f $queue/.noticing
}

# Whether a file is dated after now: a clock that was ahead when it was made must not silence what goes by its time.
is_ahead() {
	mkdir -p $queue 2>/dev/null
	# shellcheck disable=SC3013 # see above
	printf '' 2>/dev/null >$queue/.now && [ "$1" -nt $queue/.now ]
}

# Whether a skill is newer than the index, or nobody has looked at the skills yet. Skill folders may be links: -L.
skills_changed() {
	[ -f $index/current ] && [ -f state/log/revisions/seen.json ] || return 0
	is_ahead $index/current && return 0
	[ -n "$(find -L state/skills -newer $index/current -print 2>/dev/null | head -n 1)" ]
}

# Whether there are edits, graded runs or feedback that no drain has seen.
drain_is_due() {
	is_ahead $queue/.drained && return 0
	# shellcheck disable=SC2231 # no blanks in it
	for row in $queue/*.edit.json state/log/evals.ndjson state/log/loader-feedback.log; do
		[ -f "$row" ] || continue
		case $row in
		*.edit.json) return 0 ;;
		esac
		[ -f $queue/.drained ] || return 0
		# shellcheck disable=SC3013 # see above
		[ "$row" -nt $queue/.drained ] && return 0
	done
	return 1
}

# The ledgers of sessions that ended weeks ago go on the way.
check_now() {
	[ ! -d $sessions ] || find $sessions -name 's-*' -mtime +30 -exec rm -f {} +
	if skills_changed; then notice; fi
}

# The name of the skill that a path belongs to.
skill_of() {
	case $1 in
	*/../* | */./*) return 1 ;;
	"$tree"/state/skills/*) below=${1#"$tree"/state/skills/} ;;
	"$skills"/*) below=${1#"$skills"/} ;;
	*) return 1 ;;
	esac
	case $below in
	*/*) below=${below%%/*} ;;
	*) below=${below%.md} below=${below%.agents} ;;
	esac
	printf '%s\n' "$below"
}

# A path with all links followed, that of the file itself and those of its folders.
real_path() {
	path=$1
	hops=0
	while [ -L "$path" ] && [ $hops -lt 40 ]; do
		target=$(readlink "$path") || break
		case $target in
		/*) path=$target ;;
		*) path=${path%/*}/$target ;;
		esac
		hops=$((hops + 1))
	done
	folder=$(cd -P "${path%/*}" 2>/dev/null && pwd) || folder=${path%/*}
	printf '%s\n' "${folder%/}/${path##*/}"
}

# Leaves word for the look at the skills of who has edited one, and how we know: by the agent's tool, or a watch.
claim() {
	case $1 in
	edit) claim_how='tool' ;;
	*) claim_how='watched' ;;
	esac
	case $2 in
	*"$tab"*) return 0 ;;
	esac
	[ -d $queue ] || mkdir -p $queue 2>/dev/null
	printf '%s\t%s\t%s\t%s\n' "$claim_how" "$runtime" "$session" "$2" 2>/dev/null >>$queue/.edited
}

# An edit counts when the file is one of this tree's skill files, by its own name or links followed. A folder that is gone
# cannot be followed: its name has to do. `out` has the session, and then a path in each line.
edited() {
	skills=$(cd -P state/skills 2>/dev/null && pwd) || return 0
	snappy_edits=''
	edits=0
	session=''
	tab=$(printf '\t')
	blanks=$IFS
	IFS='
'
	set -f
	for file in $out; do
		if [ -z "$session" ]; then
			session=$file
			continue
		fi
		skill=$(skill_of "$file") || skill=$(skill_of "$(real_path "$file")") || continue
		edits=$((edits + 1))
		claim "$1" "$skill"
		# A few are enough to tell what is going on.
		[ $edits -le 5 ] || break
		case $1:$file in
		edit:*.md)
			snappy_edits="$snappy_edits$skill
${file##*/}
"
			;;
		esac
	done
	set +f
	IFS=$blanks
	out=''
	[ $edits -gt 0 ] || return 0
	background notice
	[ -n "$snappy_edits" ] || return 0
	export snappy_edits
	run_awk edit </dev/null
	answer
}

case $event in
session | SessionStart)
	[ -d $sessions ] || mkdir -p $sessions 2>/dev/null
	run_awk session
	answer
	background check
	;;
edit | PostToolUse)
	run_awk path
	[ -z "$out" ] || edited edit
	;;
changed | FileChanged)
	run_awk path
	[ -z "$out" ] || edited changed
	;;
stop | Stop)
	run_awk path
	set -f
	# shellcheck disable=SC2086 # the first word of the first line
	set -- $out
	session=${1-}
	background stopped
	;;
check) check_now ;;
notice) notice ;;
stopped) if skills_changed || drain_is_due; then regen drain; fi ;;
# The task of a subagent carries its loader (PreToolUse): its start event does not say which task it belongs to.
subagent-start | SubagentStart) ;;
*) note "unknown event; it is one of session prompt subagent edit changed stop" ;;
esac
exit 0
