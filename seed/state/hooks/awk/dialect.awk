# How the runtimes differ: what each calls the things it writes to stdin, and the form in which it takes an answer. Apart
# from the few words that the sh part says in place of awk, nothing else here knows them.
#
#   answer   "nested", "watched" (nested, with the folder to watch), "flat", "cursor", or "" for none at all
#   edit     the event that an answer to an edit names, or "" where no such answer reaches the agent
#   tools    the tools that start a subagent
#   task     where the input of these has the task, the first that is there
#   rewrite  what stands before the new input of such a tool
#   path     where an edit has the path of its file
#   packed   where it has a text with paths in it instead: a patch, or the tool's arguments as JSON text
#   quiet    1 where a text at the start of a session does harm

BEGIN {
	dialect_updated = "\"hookEventName\":\"PreToolUse\",\"updatedInput\":"
	# All that have no row of their own: Qwen Code, which ignores a new input, and our modules inside of Pi, openclaw and
	# OpenCode, which have no such event.
	dialect_row("", "nested", "PostToolUse", "Agent Task", "tool_input.prompt", dialect_updated, "tool_input.file_path file_path", "tool_input.command tool_input.input")
	# Keys that a runtime does not know can cost the whole answer: only Claude Code is told what to watch.
	dialect_row("claude-code", "watched", "PostToolUse", "Agent Task", "tool_input.prompt", dialect_updated, "tool_input.file_path file_path", "")
	# Codex takes a new input only from a hook that allows the tool; starting an agent is nothing it would ask a person about.
	# Its newer tool, `collaborationspawn_agent`, hands on the parent's whole history, and takes its message enciphered.
	dialect_row("codex", "nested", "PostToolUse", "spawn_agent", "tool_input.message tool_input.prompt", "\"permissionDecision\":\"allow\"," dialect_updated, "tool_input.file_path", "tool_input.command")
	# Gemini CLI puts that text before the first prompt, which then no longer begins with `/`: a command of the user's would
	# go to the model as it stands. Its instructions say where the tree is.
	dialect_row("gemini", "nested", "AfterTool", "invoke_agent", "tool_input.prompt tool_input.objective tool_input.query tool_input.task tool_input.request tool_input.message", "\"tool_input\":", "tool_input.file_path", "", 1)
	dialect_row("copilot", "flat", "PostToolUse", "", "", "", "toolArgs.path toolArgs.file_path toolArgs.filePath", "toolArgs toolArgs.input")
	dialect_row("cursor", "cursor", "", "", "", "", "file_path tool_input.file_path", "")
	dialect_row("windsurf", "", "", "", "", "", "tool_info.file_path", "")
}

# Keeps the row of the runtime that called. The first one is for everybody, until theirs comes.
function dialect_row(runtime, answer, edit, tools, task, rewrite, path, packed, quiet) {
	if (runtime != "" && runtime != ENVIRON["snappy_runtime"]) return
	DIALECT["answer"] = answer
	DIALECT["edit"] = edit
	DIALECT["tools"] = tools
	DIALECT["task"] = task
	DIALECT["rewrite"] = rewrite
	DIALECT["path"] = path
	DIALECT["packed"] = packed
	DIALECT["quiet"] = quiet
}

# Where in JSON_PART the first of several strings is, by their keys with dots between; 0 where there is none of them.
function dialect_place(keys,    key, count, at, part, place) {
	count = split(keys, key, " ")
	for (at = 1; at <= count; at++) {
		split(key[at], part, ".")
		if ((place = json_place(part[1], part[2]))) return place
	}
	return 0
}

# That string, decoded; "" where there is none.
function dialect_get(keys,    place) {
	place = dialect_place(keys)
	return place ? json_decode(JSON_PART[place]) : ""
}

# What the runtime calls the session. These are UUIDs or made for the runtime's own use: sessions of two runtimes do not
# meet in one name.
function dialect_session() {
	return dialect_get("session_id sessionId conversation_id trajectory_id")
}

function dialect_starts_agent(tool) {
	return !index(tool, " ") && index(" " DIALECT["tools"] " ", " " tool " ")
}

# Prints a text for the agent; `watched` is the folder that the runtime is asked to watch, or "".
function dialect_say(event, text, watched) {
	text = json_escape(text)
	if (DIALECT["answer"] == "flat") print "{\"additionalContext\":\"" text "\"}"
	else if (DIALECT["answer"] == "cursor") print "{\"continue\":true,\"additional_context\":\"" text "\"}"
	else if (DIALECT["answer"] != "") {
		watched = watched == "" || DIALECT["answer"] != "watched" ? "" : ",\"watchPaths\":[\"" json_escape(watched) "\"]"
		print "{\"hookSpecificOutput\":{\"hookEventName\":\"" json_escape(event) "\",\"additionalContext\":\"" text "\"" watched "}}"
	}
}

# Prints a tool's new input: JSON text, with a text put in at the end of one of its strings.
function dialect_rewrite(before, text, after) {
	print "{\"hookSpecificOutput\":{" DIALECT["rewrite"] before json_escape(text) after "}}"
}
