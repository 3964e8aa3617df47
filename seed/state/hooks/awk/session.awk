# A session starts, goes on, or has lost its history: one line of where things are, and the loaders to watch.
BEGIN { RS = "\004" }
{ input = input (NR > 1 ? "\004" : "") $0 }
END {
	if (!json_read(input)) exit 3
	session = session_name()
	source = json_get("source")
	# Compaction and /clear take the loaders out of the agent's context: the ledger must forget them too.
	if (session != "") print (source == "resume" ? "append " : "reset ") session
	if (source == "resume" && session != "") print ""
	skills = index_open() ? index_skills " skill" (index_skills == 1 ? "" : "s") : "no index yet"
	machine = read_whole("state/log/.machine_id")
	gsub(/[^0-9a-f]/, "", machine)
	text = "[snappy-os] THIS MACHINE: " ENVIRON["snappy_tree"] " (" skills (machine == "" ? "" : ", machine " substr(machine, 1, 12)) "). YOUR TENANT, SHARED STATE, GLOBALLY: no gateway. The contract is " ENVIRON["snappy_tree"] "/program.md; a skill's loader is put before you at the turn that needs it."
	print "{\"hookSpecificOutput\":{\"hookEventName\":\"SessionStart\",\"additionalContext\":\"" json_escape(text) "\"" watch_paths() "}}"
}

# Claude Code watches these files and calls the hook when one changes, whoever changes it. Bounded: each is a watch of
# the operating system's.
function watch_paths(    count, name, at, list) {
	count = split(read_whole(index_folder "names"), name, "\n")
	for (at = 1; at <= count && at <= 2000; at++)
		if (name[at] != "") list = list (list == "" ? "" : ",") "\"" json_escape(ENVIRON["snappy_tree"] "/state/skills/" name[at] "/AGENTS.md") "\""
	return list == "" ? "" : ",\"watchPaths\":[" list "]"
}
