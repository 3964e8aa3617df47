# Puts the text together that an agent is given: loaders as they are in their files, the last evals and open briefs of
# each skill, the footer once; all below the runtime's cap.

# The length JavaScript gives a text (UTF-16 code units), which is what runtimes count. A byte that belongs to no UTF-8
# character becomes a character of its own there, U+FFFD.
function units(text) {
	if (text !~ /[\200-\377]/) return length(text)
	# One pattern each: mawk takes quadratic time for alternatives.
	gsub(/[\302-\337][\200-\277]/, "x", text)
	gsub(/\340[\240-\277][\200-\277]/, "x", text)
	gsub(/[\341-\354\356\357][\200-\277][\200-\277]/, "x", text)
	gsub(/\355[\200-\237][\200-\277]/, "x", text)
	gsub(/\360[\220-\277][\200-\277][\200-\277]/, "xx", text)
	gsub(/[\361-\363][\200-\277][\200-\277][\200-\277]/, "xx", text)
	gsub(/\364[\200-\217][\200-\277][\200-\277]/, "xx", text)
	return length(text)
}

# What this session holds already: `name<TAB>loader as JSON text` a line, the newest last. `session` is safe as a name.
function ledger_read(session,    count, line, at, tab) {
	split("", LEDGER)
	if (session == "") return
	count = split(read_whole("state/log/sessions/" session), line, "\n")
	for (at = 1; at <= count; at++) {
		tab = index(line[at], "\t")
		if (tab) LEDGER[substr(line[at], 1, tab - 1)] = substr(line[at], tab + 1)
	}
}

# Adds lines to a session's ledger, after the answer is out. Ends with 5 at the first sign of a session.
function ledger_add(session, entries,    file, line, known) {
	if (session == "") exit 5
	file = "state/log/sessions/" session
	known = (getline line < file) >= 0
	close(file)
	if (entries != "" || !known) {
		fflush()
		printf "%s", entries >> file
		close(file)
	}
	if (!known) exit 5
}

# The loaders of the matched skills that the session does not hold yet, three at most. Sets GIVEN[1..GIVENS], their
# texts LOADER[name], and the names of the others, ALSO[1..ALSOS]; BRIEFS_NEW is what the session has not yet heard of the
# open briefs of those it holds, and BRIEFS_NOTED that for its ledger.
function loaders_choose(    at, name, text) {
	GIVENS = 0
	ALSOS = 0
	BRIEFS_NEW = ""
	BRIEFS_NOTED = ""
	for (at = 1; at <= MATCHES; at++) {
		name = MATCH[at]
		if (GIVENS == 3) {
			ALSO[++ALSOS] = name
			explain_line("named   " name ": three loaders are given before it")
			continue
		}
		text = LOADER_FILE[name] == "-" ? "" : read_whole("state/skills/" LOADER_FILE[name])
		if (text == "") {
			explain_line("note    " name ": its loader is missing or empty")
			LOADER_FILE[name] = name (read_whole("state/skills/" name "/SKILL.md") == "" ? ".md" : "/SKILL.md")
			text = "This skill has no loader yet. If you work with it, read the file named above first.\n"
		}
		if (LEDGER[name] == json_escape(text)) {
			explain_line("pass    " name ": this session holds its loader already")
			text = briefs_text(name, 900)
			if (text == "" || LEDGER["=" name] == json_escape(text)) continue
			BRIEFS_NEW = BRIEFS_NEW text
			BRIEFS_NOTED = BRIEFS_NOTED briefs_entry(name)
			continue
		}
		GIVEN[++GIVENS] = name
		LOADER[name] = text
		explain_line("give    " name)
	}
}

# The text for the agent; "" when there is nothing to give. The most specific loader takes what room it needs first, but
# for a line for each of the others. A loader of which nothing is shown does not count as given: LOADER[name] is "" then.
function loaders_text(cap,    at, name, room, body, footer, also, whole) {
	if (GIVENS == 0) return ""
	footer = footer_text(2000)
	for (;;) {
		also = also_text(1200)
		room = cap - units(footer) - units(also)
		for (at = 1; at <= GIVENS; at++) room -= loader_frame(at, GIVEN[at])
		if (room >= 0 || GIVENS < 2) break
		# Very long paths: less is given, and that whole.
		for (at = ++ALSOS; at > 1; at--) ALSO[at] = ALSO[at - 1]
		ALSO[1] = GIVEN[GIVENS--]
	}
	for (at = 1; at <= GIVENS; at++) {
		name = GIVEN[at]
		body = LOADER[name]
		room += loader_least[at]
		if (loader_units[at] > room) body = loader_cut(name, room)
		room -= units(body)
		whole = whole loader_head[at] body (body ~ /\n$/ ? "\n" : "\n\n") loader_tail[at] (loader_tail[at] == "" ? "" : "\n")
	}
	return whole also footer
}

# What stands around a loader, and the least room for the loader itself. Gives the units of all that.
function loader_frame(at, name) {
	loader_head[at] = "[snappy-os] Loader of the skill `" name "` (" one_line(MATCH_WHY[name], 120) "), from " loader_path(name) "; its reference is SKILL.md beside it.\n\n"
	loader_tail[at] = evals_text(name, 2100 / GIVENS) briefs_text(name, 1800 / GIVENS)
	loader_units[at] = units(LOADER[name])
	loader_least[at] = units(loader_notice(name, 1000000))
	if (loader_units[at] < loader_least[at]) loader_least[at] = loader_units[at]
	return units(loader_head[at]) + units(loader_tail[at]) + 3 + loader_least[at]
}

function loader_path(name) {
	return ENVIRON["snappy_tree"] "/state/skills/" LOADER_FILE[name]
}

function loader_notice(name, line) {
	return "[snappy-os] Cut here: the loader is longer than fits into one turn. Read the rest in " loader_path(name) (line > 1 ? " from line " line : "") " before you act on it.\n"
}

# The matched skills whose loaders are not given, in one line.
function also_text(most,    at, name, names, next_name) {
	for (at = 1; at <= ALSOS && at <= 20; at++) {
		name = ALSO[at]
		next_name = (at == 1 ? "" : ", ") "`" name "`"
		if (LOADER_FILE[name] != name "/AGENTS.md") next_name = next_name " (" (LOADER_FILE[name] == "-" ? name "/SKILL.md" : LOADER_FILE[name]) ")"
		if (units(names next_name) > most) break
		names = names next_name
	}
	if (ALSOS == 0) return ""
	if (at <= ALSOS) names = names " and " ALSOS - at + 1 " more"
	return "[snappy-os] Also matched, not shown: " names " (each loader is " ENVIRON["snappy_tree"] "/state/skills/<name>/AGENTS.md).\n"
}

function footer_text(most,    footer) {
	footer = read_whole("state/regen/footer.md")
	if (footer == "") return ""
	if (units(footer) > most) footer = text_head(footer, most) "[snappy-os] Cut here: the rest is in " ENVIRON["snappy_tree"] "/state/regen/footer.md.\n"
	return "---\n" footer
}

# A loader's beginning and a line that says where the rest is, in `room` units.
function loader_cut(name, room,    body) {
	body = text_head(LOADER[name], room - units(loader_notice(name, 1000000)))
	if (HEAD_LINES == 0) LOADER[name] = ""
	return body loader_notice(name, HEAD_LINES + 1)
}

# The beginning of a text, up to the last section border that fits if that keeps half of what would, else up to the last
# line. A code fence that is open at the end is closed. Sets HEAD_LINES. (Fences and headings: CommonMark 4.2, 4.5.)
function text_head(text, room,    count, line, at, used, kept, border, border_used, fence, fences, size) {
	count = split(text, line, "\n")
	used = kept = border = border_used = 0
	fence = ""
	for (at = 1; at <= count; at++) {
		if (at > 1 && fence == "" && line[at] ~ /^ ? ? ?#+([ \t\r]|$)/) {
			border = at - 1
			border_used = used
		}
		fence = fence_after(line[at], fence)
		size = units(line[at]) + 1
		if (used + size + (fence == "" ? 0 : length(fence) + 1) > room) break
		used += size
		kept = at
		fences[at] = fence
	}
	if (border_used * 2 >= used) kept = border
	text = ""
	for (at = 1; at <= kept; at++) text = text line[at] "\n"
	HEAD_LINES = kept
	return text (kept && fences[kept] != "" ? fences[kept] "\n" : "")
}

# The mark of the code fence that is open after a line; "" for none. `fence` is the one that is open before it.
function fence_after(line, fence,    mark) {
	if (!match(line, /^ ? ? ?(````*|~~~~*)/)) return fence
	mark = substr(line, 1, RLENGTH)
	line = substr(line, RLENGTH + 1)
	gsub(/ /, "", mark)
	if (fence == "") return mark ~ /^`/ && index(line, "`") ? "" : mark
	return index(mark, fence) == 1 && line ~ /^[ \t\r]*$/ ? "" : fence
}

# The last three graded runs of a skill among the newest 256 kB of rows, a line each, in `most` units.
function evals_text(name, most,    command, row, count, at, text, before, skill) {
	if (!evals_read) {
		evals_read = 1
		command = "tail -c 262144 state/log/evals.ndjson"
		before = RS
		RS = "\n"
		# A process costs a millisecond: none for a file that is not there or empty.
		if ((getline row < "state/log/evals.ndjson") > 0) {
			while ((command | getline row) > 0) evals_row[++evals_count] = row
			close(command)
		}
		close("state/log/evals.ndjson")
		RS = before
	}
	count = 0
	for (at = evals_count; at >= 1 && count < 3; at--) {
		if (!index(evals_row[at], "\"" name "\"") || !json_read(evals_row[at])) continue
		skill = json_get("skill")
		if (skill == "") skill = json_get("verb")
		if (skill != name) continue
		count++
		row = "[snappy-os] Last eval of `" name "`: " one_line(json_get("ts"), 40) ", " evals_score(evals_row[at]) (json_get("primary_issue") == "" ? "" : ", " one_line(json_get("primary_issue"), 160)) "\n"
		if (units(row text) > most) break
		text = row text
	}
	return text
}

function evals_score(row,    score) {
	score = "no score"
	if (match(row, /"score"[ ]*:[ ]*[0-9.]+/)) {
		score = substr(row, RSTART, RLENGTH)
		sub(/.*:[ ]*/, "", score)
		score = "score " substr(score, 1, 8)
	}
	return score (row ~ /"ok"[ ]*:[ ]*true/ ? " (ok)" : row ~ /"ok"[ ]*:[ ]*false/ ? " (not ok)" : "")
}

# The open briefs of a skill, by the first line of each: a file for each kind of answer, there until it is answered.
# In `most` units.
function briefs_text(name, most,    kinds, count, at, brief, text) {
	count = split("shape-ok skill-ran loader-rewritten pattern-elevated", kinds, " ")
	for (at = 1; at <= count; at++) {
		brief = read_whole("state/log/regen-queue/" name "." kinds[at] ".md")
		sub(/^[# \t\r\n]+/, "", brief)
		sub(/[\r\n].*/, "", brief)
		if (brief == "") continue
		brief = "[snappy-os] Open brief for `" name "`: " one_line(brief, 240) " (more in state/log/regen-queue/" name "." kinds[at] ".md; answer it with action_kind=" kinds[at] ")\n"
		if (units(text brief) <= most) text = text brief
	}
	return text
}

# A line for the ledger: what the session has heard of a skill's briefs. No name of a skill begins with "=".
function briefs_entry(name,    text) {
	text = briefs_text(name, 900)
	return text == "" ? "" : "=" name "\t" json_escape(text) "\n"
}

# Data from a log, as one short line that cannot look like anything else.
function one_line(text, most) {
	gsub(/[\001-\037\177]+/, " ", text)
	if (length(text) > most) {
		text = substr(text, 1, most)
		sub(/[\300-\377]?[\200-\277]*$/, "", text)
		text = text "..."
	}
	return text
}
