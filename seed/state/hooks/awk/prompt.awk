# The turn: a prompt, or the task of a subagent. Prints a line that names the session's ledger, the entries to add to it,
# and last, on one line, the runtime's answer.
BEGIN {
	RS = "\004"
	# Claude Code shows the model 10,000 characters of a hook's output and hides the rest in a file.
	cap = 9800
}

{ input = input (NR > 1 ? "\004" : "") $0 }

END {
	if (!json_read(input)) {
		explain_line("pass    the input is not a JSON object")
		exit 3
	}
	if (!index_open()) {
		explain_line("pass    there is no index that this hook can read; make it with: snappy index")
		exit 4
	}
	task = json_get("tool_input", "prompt")
	if (ENVIRON["snappy_event"] ~ /^(subagent|PreToolUse)$/) subagent_turn()
	else prompt_turn()
}

# A text for the agent, or "": the loaders of what it names, else one line that points at what ranks first.
function turn_text(prompt, session, room,    text) {
	prompt = match_readable(prompt)
	if (prompt !~ /[^ \t\r\n]/) return ""
	text_read(prompt)
	match_text()
	ledger_read(session)
	loaders_choose()
	text = loaders_text(room)
	if (text == "" && MATCHES == 0) text = rank_text()
	return text
}

function prompt_turn(    session, text, at) {
	name_of_event = json_get("hook_event_name")
	if (name_of_event == "") name_of_event = "UserPromptSubmit"
	session = session_name()
	text = turn_text(json_get("prompt"), session, cap)
	print (session == "" ? "none" : "keep " session)
	if (text == "") {
		print "answer"
		exit 0
	}
	if (session != "") {
		for (at = 1; at <= GIVENS; at++) print GIVEN[at] "\t" json_escape(LOADER[GIVEN[at]])
		if (GIVENS == 0) print POINTED "\t-"
	}
	print "answer {\"hookSpecificOutput\":{\"hookEventName\":\"" json_escape(name_of_event) "\",\"additionalContext\":\"" json_escape(text) "\"}}"
}

# A subagent begins with nothing but its task, so the loader becomes a part of that. The answer must hold the complete
# tool input: its own bytes again, but for the end of the prompt.
function subagent_turn(    tool, place, from, to, text, before, after, at, session) {
	tool = json_get("tool_name")
	session = session_name()
	if (tool != "Agent" && tool != "Task" || !(("tool_input" SUBSEP "prompt") in JSON_AT)) exit 0
	place = JSON_AT["tool_input", "prompt"]
	split(JSON_OPEN["tool_input"], from, SUBSEP)
	split(JSON_CLOSE["tool_input"], to, SUBSEP)
	before = substr(JSON_PART[from[1]], from[2])
	for (at = from[1] + 1; at <= place; at++) before = before "\"" JSON_PART[at]
	after = ""
	for (at = place + 1; at < to[1]; at++) after = after "\"" JSON_PART[at]
	after = after "\"" substr(JSON_PART[to[1]], 1, to[2])
	before = json_restore(before)
	after = json_restore(after)
	text = turn_text(json_get("tool_input", "description") "\n" task, "", 40000)
	print (session == "" ? "none" : "keep " session)
	if (text == "") print "answer"
	else print "answer {\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"updatedInput\":" before "\\n\\n" json_escape(text) after "}}"
}
