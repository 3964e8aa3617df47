# Puts the text together that an agent is given: loaders as they are in their files, the last evals and open briefs of
# each skill, the footer once; all below the runtime's cap.

# The length JavaScript gives a UTF-8 text (UTF-16 code units), which is what runtimes count.
function units(text,    bytes, more) {
	bytes = length(text)
	if (text !~ /[\200-\377]/) return bytes
	more = gsub(/[\200-\277]/, "&", text)
	return bytes - more + gsub(/[\360-\367]/, "&", text)
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

# The loaders of the matched skills that the session does not hold yet, three at most. Sets GIVEN[1..GIVENS], their
# texts LOADER[name], and the names of the others in ALSO.
function loaders_choose(    at, name, text) {
	GIVENS = 0
	ALSO = ""
	also_count = 0
	for (at = 1; at <= MATCHES; at++) {
		name = MATCH[at]
		if (GIVENS == 3) {
			also_count++
			if (also_count <= 20) ALSO = ALSO (ALSO == "" ? "" : ", ") "`" name "`"
			explain_line("named   " name ": three loaders are given before it")
			continue
		}
		text = LOADER_FILE[name] == "-" ? "" : read_whole("state/skills/" LOADER_FILE[name])
		if (text == "") {
			explain_line("pass    " name ": its loader is missing or empty")
			continue
		}
		if (LEDGER[name] == json_escape(text)) {
			explain_line("pass    " name ": this session holds its loader already")
			continue
		}
		GIVEN[++GIVENS] = name
		LOADER[name] = text
		explain_line("give    " name)
	}
	if (also_count > 20) ALSO = ALSO " and " also_count - 20 " more"
}

# The text for the agent; "" when there is nothing to give. The most specific loader takes what room it needs first.
function loaders_text(cap,    at, name, room, fixed, body, footer, also, whole) {
	if (GIVENS == 0) return ""
	footer = read_whole("state/regen/footer.md")
	also = ALSO == "" ? "" : "[snappy-os] Also matched, not shown: " ALSO " (each loader is " ENVIRON["snappy_tree"] "/state/skills/<name>/AGENTS.md).\n"
	room = cap - units(footer) - units(also) - 8
	for (at = 1; at <= GIVENS; at++) {
		name = GIVEN[at]
		loader_head[at] = "[snappy-os] Loader of the skill `" name "` (" MATCH_WHY[name] "), from " ENVIRON["snappy_tree"] "/state/skills/" LOADER_FILE[name] "; its reference is SKILL.md beside it.\n\n"
		loader_tail[at] = evals_text(name) briefs_text(name)
		room -= units(loader_head[at]) + units(loader_tail[at]) + 3
	}
	for (at = 1; at <= GIVENS; at++) {
		name = GIVEN[at]
		body = LOADER[name]
		if (units(body) > room) body = loader_cut(body, room - 200, ENVIRON["snappy_tree"] "/state/skills/" LOADER_FILE[name])
		room -= units(body)
		whole = whole loader_head[at] body (body ~ /\n$/ ? "\n" : "\n\n") loader_tail[at] (loader_tail[at] == "" ? "" : "\n")
	}
	return whole also (footer == "" ? "" : "---\n" footer)
}

# A loader's beginning up to the last section border that fits (else the last line), and a line that says where the
# rest is. Headings inside code fences are no borders.
function loader_cut(text, room, file,    count, line, at, used, kept, border, fence, size) {
	count = split(text, line, "\n")
	used = 0
	border = 0
	kept = 0
	for (at = 1; at <= count; at++) {
		if (line[at] ~ /^ ? ? ?(```|~~~)/) fence = !fence
		if (!fence && line[at] ~ /^#/ && at > 1) border = at - 1
		size = units(line[at]) + 1
		if (used + size > room) break
		used += size
		kept = at
	}
	if (border > 1 && border <= kept) kept = border
	text = ""
	for (at = 1; at <= kept; at++) text = text line[at] "\n"
	return text "[snappy-os] Cut here: the loader is longer than fits into one turn. Read the rest in " file (kept ? " from line " kept + 1 : "") " before you act on it.\n"
}

# The last three graded runs of a skill among the newest 256 kB of rows, a line each.
function evals_text(name,    command, row, count, at, text, before, skill) {
	if (!evals_read) {
		evals_read = 1
		command = "[ -s state/log/evals.ndjson ] && tail -c 262144 state/log/evals.ndjson"
		before = RS
		RS = "\n"
		while ((command | getline row) > 0) evals_row[++evals_count] = row
		close(command)
		RS = before
	}
	count = 0
	for (at = evals_count; at >= 1 && count < 3; at--) {
		if (!index(evals_row[at], "\"" name "\"") || !json_read(evals_row[at])) continue
		skill = json_get("skill")
		if (skill == "") skill = json_get("verb")
		if (skill != name) continue
		count++
		text = "[snappy-os] Last eval of `" name "`: " one_line(json_get("ts")) ", " evals_score(evals_row[at]) (json_get("primary_issue") == "" ? "" : ", " one_line(json_get("primary_issue"))) "\n" text
	}
	return text
}

function evals_score(row,    score) {
	score = "no score"
	if (match(row, /"score"[ ]*:[ ]*[0-9.]+/)) {
		score = substr(row, RSTART, RLENGTH)
		sub(/.*:[ ]*/, "score ", score)
	}
	return score (row ~ /"ok"[ ]*:[ ]*true/ ? " (ok)" : row ~ /"ok"[ ]*:[ ]*false/ ? " (not ok)" : "")
}

# The open briefs of a skill, by the first line of each: a file for each kind of answer, there until it is answered.
function briefs_text(name,    kinds, count, at, brief, text) {
	count = split("shape-ok skill-ran loader-rewritten pattern-elevated", kinds, " ")
	for (at = 1; at <= count; at++) {
		brief = read_whole("state/log/regen-queue/" name "." kinds[at] ".md")
		sub(/^[# \t\r\n]+/, "", brief)
		sub(/[\r\n].*/, "", brief)
		if (brief != "") text = text "[snappy-os] Open brief for `" name "`: " one_line(brief) " (answer it with action_kind=" kinds[at] ")\n"
	}
	return text
}

# Data from a log, as one short line that cannot look like anything else.
function one_line(text) {
	gsub(/[\001-\037\177]+/, " ", text)
	if (length(text) > 240) {
		text = substr(text, 1, 240)
		sub(/[\300-\377]?[\200-\277]*$/, "", text)
		text = text "..."
	}
	return text
}
