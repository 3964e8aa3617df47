# The agent has changed a skill: say so, since the loader it holds is no longer the one in the file.
END {
	text = "[snappy-os] You changed `" ENVIRON["snappy_file"] "` of the skill `" ENVIRON["snappy_skill"] "`. The index is being compiled anew, and the next prompt that needs this skill gets the new loader. If this mends a gap, add one line to " ENVIRON["snappy_tree"] "/state/log/loader-feedback.log: [<ISO time>] " ENVIRON["snappy_skill"] ": <what> [FIXED] action_kind=loader-rewritten"
	print "{\"hookSpecificOutput\":{\"hookEventName\":\"PostToolUse\",\"additionalContext\":\"" json_escape(text) "\"}}"
}
