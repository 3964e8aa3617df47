# A session starts, goes on, or has lost its history: one line of where things are, and the folder to
# watch: Claude Code calls the hook when a file below it changes, whoever changes it.
BEGIN { RS = "\004" }
{ input = NR == 1 ? $0 : "" }
END {
	if (!json_read(input)) exit 3
	session = session_name()
	resumed = json_get("source") == "resume"
	skills = index_open() ? index_skills " skill" (index_skills == 1 ? "" : "s") : "no index yet"
	machine = read_whole("state/log/.machine_id")
	gsub(/[^0-9a-f]/, "", machine)
	gateway = session_gateway()
	text = "[snappy-os] THIS MACHINE: " ENVIRON["snappy_tree"] " (" skills (machine == "" ? "" : ", machine " substr(machine, 1, 12)) "). YOUR TENANT, SHARED STATE, GLOBALLY: " (gateway == "" ? "no gateway" : "the gateway " gateway) ". The contract is " ENVIRON["snappy_tree"] "/program.md; a skill's loader is put before you at the turn that needs it."
	if (!DIALECT["quiet"]) dialect_say("SessionStart", text, ENVIRON["snappy_tree"] "/state/skills")
	# Compaction and /clear take the loaders out of the agent's context: the ledger must forget them too.
	if (session != "" && !resumed) {
		fflush()
		printf "" > ("state/log/sessions/" session)
	}
}

# The address of the gateway that the tree has joined; "" for none, and for what is no plain address.
function session_gateway(    pinned) {
	pinned = read_whole("state/log/gateway/trust.json")
	if (!match(pinned, "\"url\": \"https?:[A-Za-z0-9.:/_~-]+\"")) return ""
	return substr(pinned, RSTART + 8, RLENGTH - 9)
}
