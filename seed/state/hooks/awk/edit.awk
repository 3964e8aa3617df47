# The agent has changed skills: say so, since the loaders it holds are no longer the ones in the files.
END {
	# A line with the skill's name, and one with the file's, for each.
	count = split(ENVIRON["snappy_edits"], line, "\n")
	for (at = 1; at < count; at += 2) changed = changed (at == 1 ? "" : at + 2 < count ? ", " : " and ") "`" line[at + 1] "` of the skill `" line[at] "`"
	one = count < 4
	text = "[snappy-os] You changed " changed ". The index is being compiled anew, and the next prompt that needs " (one ? "this skill gets the new loader" : "these skills gets the new loaders") ". If this mends a gap, add one line to " ENVIRON["snappy_tree"] "/state/log/loader-feedback.log: [<ISO time>] " (one ? line[1] : "<skill>") ": <what> [FIXED] action_kind=loader-rewritten"
	if (DIALECT["edit"] != "") dialect_say(DIALECT["edit"], text, "")
}
