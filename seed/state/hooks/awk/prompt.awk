# The turn: a prompt, or the task of a subagent. Prints the runtime's answer on one line; nothing when there is none.
BEGIN {
	RS = "\004"
	# Claude Code shows the model 10,000 characters of a hook's output and hides the rest in a file. Others take more, or as
	# much where they are told to: one budget is one behaviour.
	cap = 9800
}

# A \004 stands in no JSON text.
{ input = NR == 1 ? $0 : "" }

END {
	if (!json_read(input)) {
		explain_line("pass    the input is not a JSON object")
		exit 3
	}
	# Where nothing can be said, nothing may be entered as given.
	if (DIALECT["answer"] == "") exit 0
	if (!index_open()) {
		explain_line("pass    there is no index that this hook can read; make it with: snappy index")
		exit 4
	}
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
	text = loaders_text(room - units(BRIEFS_NEW)) BRIEFS_NEW
	if (text == "" && MATCHES == 0) text = rank_text()
	return text
}

function prompt_turn(    session, text, at, entries) {
	name_of_event = json_get("hook_event_name")
	if (name_of_event == "") name_of_event = "UserPromptSubmit"
	session = session_name()
	text = turn_text(json_get("prompt"), session, cap)
	if (text != "") dialect_say(name_of_event, text, "")
	for (at = 1; at <= GIVENS; at++) entries = entries GIVEN[at] "\t" json_escape(LOADER[GIVEN[at]]) "\n" briefs_entry(GIVEN[at])
	entries = entries BRIEFS_NOTED
	if (text != "" && entries == "") entries = POINTED "\t-\n"
	ledger_add(session, entries)
}

# A subagent begins with nothing but its task, so the loader becomes a part of that. The answer must hold the complete
# tool input: its own bytes again, but for the end of the prompt.
function subagent_turn(    place, inner, task, text, before, after) {
	place = dialect_place(DIALECT["task"])
	if (!place || !dialect_starts_agent(json_get("tool_name"))) exit 0
	inner = JSON_INNER["tool_input"]
	task = json_get("tool_input", "description") "\n" json_decode(JSON_PART[place])
	before = json_slice(JSON_OPEN[inner], place SUBSEP length(JSON_PART[place]))
	after = json_slice(place + 1 SUBSEP 1, JSON_CLOSE[inner])
	text = turn_text(task, "", 40000)
	if (text != "") dialect_rewrite(before, "\n\n" text, "\"" after)
}
