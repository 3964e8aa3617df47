# The session ("-" for none), and the files that a tool or a watcher says were changed, one a line.
BEGIN { RS = "\004" }
{ input = NR == 1 ? $0 : "" }
END {
	if (!json_read(input)) exit 3
	session = session_name()
	sub(/^s-/, "", session)
	print (session == "" ? "-" : session)
	folder = json_get("cwd")
	if (dialect_place(DIALECT["path"])) path_say(dialect_get(DIALECT["path"]))
	else if (dialect_place(DIALECT["packed"])) path_unpack(dialect_get(DIALECT["packed"]))
}

# A text with paths in it: the arguments of a tool, or a patch.
function path_unpack(text,    keys, count, line, at) {
	keys = DIALECT["path"]
	gsub(/[A-Za-z_]+[.]/, "", keys)
	if (json_read(text)) {
		path_say(dialect_get(keys))
		return
	}
	# Lines of a file begin with a blank, + or - in a patch, so none of them is taken for a heading.
	count = split(text, line, "\n")
	for (at = 1; at <= count; at++)
		if (line[at] ~ /^\*\*\* / && sub(/^\*\*\* (Add File|Update File|Delete File|Move to): /, "", line[at])) {
			sub(/[ \t\r]+$/, "", line[at])
			path_say(line[at])
		}
}

# The first hundred are enough: what else a giant patch changed is looked for when the turn stops.
function path_say(file) {
	if (file != "" && file !~ /^\//) file = folder "/" file
	if (file ~ /\n/ || file !~ /^\// || ++path_count > 100) return
	print file
}
