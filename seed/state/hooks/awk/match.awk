# Which skills a text names or whose trigger phrases it holds. Fills MATCH[1..MATCHES] with skill names, the most
# specific first, and MATCH_WHY[name].

# Text that no person wrote is not matched: notices of finished background agents, and what other hooks have added.
function match_readable(prompt) {
	if (prompt ~ /^[ \t\r\n]*<task-notification>/) return ""
	if (!index(prompt, "<hook_context>")) return prompt
	# Marks of one byte make one pass of it, however many parts there are.
	gsub(/[\003\005]/, " ", prompt)
	gsub(/<hook_context>/, "\003", prompt)
	gsub(/<\/hook_context>/, "\005", prompt)
	gsub(/\003[^\005]*(\005|$)/, " ", prompt)
	gsub(/\005/, "</hook_context>", prompt)
	return prompt ~ /^[ \t\r\n]*<task-notification>/ ? "" : prompt
}

function match_text(    at, chain, word) {
	split("", match_seen)
	split("", match_key)
	split("", match_number)
	match_count = 0
	for (at = 2; at <= RUNS; at += 2) {
		if (RUN[at + 1] != "-" || at + 2 > RUNS) {
			if (!(RUN[at] in match_seen)) match_word(RUN[at], "anchor name")
			continue
		}
		chain = RUN[at]
		match_word(RUN[at], "anchor")
		while (RUN[at + 1] == "-" && at + 2 <= RUNS) {
			at += 2
			chain = chain "-" RUN[at]
			match_word(RUN[at], "anchor")
		}
		match_word(chain, "name")
	}
	for (at = 1; at <= SIGNS; at++) match_word(SIGN[at], "anchor")
	match_order()
}

# Looks one word up: as the anchor of trigger phrases, as a whole word that may be a skill's name, or as both.
function match_word(word, role,    line, entry, count, at, space, number, phrase, kind) {
	if (role == "anchor name") match_seen[word]
	if (length(word) > 64) return
	line = index_line("e", word, word)
	if (line == "") return
	count = split(line, entry, "\t")
	for (at = 1; at <= count; at++) {
		kind = substr(entry[at], 1, 1)
		space = index(entry[at], " ")
		number = substr(entry[at], 2, space - 2)
		phrase = substr(entry[at], space + 1)
		if (kind == "T") {
			if (role != "name" && index(TEXT, phrase)) match_offer(number, 1, phrase)
		} else if (match_called(word)) match_offer(number, 3, word)
		else if (role != "anchor" && kind == "N") match_offer(number, 2, word)
	}
}

# Whether a name is called outright: `/name`, `$name`, or the name in backticks.
function match_called(name) {
	if (!index(PLAIN, "/" name) && !index(PLAIN, "$" name) && !index(PLAIN, "`" name "`")) return 0
	return PLAIN ~ ("(^|[^a-z0-9_./~-])[/$]" name "($|[^a-z0-9_/-])") || index(PLAIN, "`" name "`")
}

# More specific: called by name, then named, then triggered; within each the longer phrase.
function match_offer(number, kind, phrase,    key) {
	key = kind * 1000000 + length(phrase)
	if (!(number in match_key)) match_number[++match_count] = number
	else if (match_key[number] >= key) return
	match_key[number] = key
	match_phrase[number] = phrase
}

function match_vetoed(number,    count, at) {
	count = index_skill(number)
	if (!count) return 1
	for (at = 3; at <= count; at++)
		if (index(TEXT, SKILL[at])) {
			explain_line("veto    " SKILL[1] ": the anti-trigger \"" match_readable_phrase(SKILL[at]) "\"")
			return 1
		}
	return 0
}

function match_readable_phrase(phrase) {
	gsub(/\001/, "", phrase)
	return phrase
}

# Drops what is vetoed and sorts the rest: specific first, then by name.
function match_order(    at, slot, number, key, name) {
	MATCHES = 0
	for (at = 1; at <= match_count; at++) {
		number = match_number[at]
		if (match_vetoed(number)) continue
		key = match_key[number]
		name = SKILL[1]
		LOADER_FILE[name] = SKILL[2]
		for (slot = MATCHES; slot >= 1; slot--) {
			if (MATCH_KEY[slot] > key || MATCH_KEY[slot] == key && MATCH[slot] <= name) break
			MATCH[slot + 1] = MATCH[slot]
			MATCH_KEY[slot + 1] = MATCH_KEY[slot]
		}
		MATCH[slot + 1] = name
		MATCH_KEY[slot + 1] = key
		MATCHES++
		MATCH_WHY[name] = key >= 3000000 ? "called by name" : key >= 2000000 ? "named" : "trigger \"" match_readable_phrase(match_phrase[number]) "\""
	}
	for (at = 1; at <= MATCHES; at++) explain_line("match   " MATCH[at] ": " MATCH_WHY[MATCH[at]])
}
