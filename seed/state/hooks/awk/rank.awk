# Ranking, for a text that names no skill and holds no trigger: each word and pair of neighbours adds its weights to the
# skills it speaks for (src/skills/ranking.ts fits them); the best skill is pointed at when it stands clear of the next
# one and of the length of the text. All sums are whole numbers, so that every awk comes to the same end.

# A line that points at the skill that ranks first; "" when none ranks high enough. Sets POINTED to its name.
function rank_text(    at, word, joined, first, second, number, margin) {
	rank_count = 0
	split("", rank_seen)
	split("", rank_sum)
	rank_norm = 50
	rank_before = ""
	for (at = 2; at <= RUNS && rank_count < 128; at += 2) {
		word = RUN[at]
		# "what's" is one word here.
		while (RUN[at + 1] == "'" && at + 2 <= RUNS) {
			at += 2
			word = word RUN[at]
		}
		if (index(word, "_")) rank_parts(word)
		else rank_word(rank_stem(word))
	}
	for (at = 1; at <= SIGNS && rank_count < 128; at++) rank_word(SIGN[at])
	first = -1
	rank_sum[-1] = 0
	second = 0
	for (number in rank_sum) {
		if (rank_sum[number] > rank_sum[first] || rank_sum[number] == rank_sum[first] && number + 0 < first + 0) {
			second = rank_sum[first]
			first = number
		} else if (rank_sum[number] > second && number != first) second = rank_sum[number]
	}
	POINTED = ""
	# best - second / 2 >= 0.68 x the text's length, without the root: weights are in 1/500, squared lengths in 1/100.
	margin = 2 * rank_sum[first] - second
	if (first < 0) explain_line("rank    no skill shares a telling word with this text")
	else {
		index_skill(first)
		explain_line("rank    " SKILL[1] ": " sprintf("%.2f", margin <= 0 ? 0 : margin / (100 * rank_root(rank_norm))) ", needed 0.68")
	}
	if (first < 0 || margin <= 0 || margin * margin < 4624 * rank_norm) return ""
	if (match_vetoed(first)) return ""
	POINTED = SKILL[1]
	if (POINTED in LEDGER) {
		explain_line("pass    " POINTED ": this session has been pointed at it already")
		return ""
	}
	explain_line("point   " POINTED)
	return "[snappy-os] The skill `" POINTED "` may fit this prompt. If it does, read " ENVIRON["snappy_tree"] "/state/skills/" (SKILL[2] == "-" ? POINTED "/SKILL.md" : SKILL[2]) " before you start.\n"
}

# A square root by Newton's method: busybox awk may be built without sqrt().
function rank_root(square,    root, turn) {
	root = square
	for (turn = 0; turn < 40; turn++) root = (root + square / root) / 2
	return root
}

function rank_parts(word,    count, part, at) {
	count = split(word, part, "_")
	for (at = 1; at <= count; at++) if (part[at] != "") rank_word(rank_stem(part[at]))
}

# A word and the pair it makes with the word before it.
function rank_word(stem,    pair) {
	if (++rank_count > 128) return
	rank_add(stem, stem, 100)
	if (rank_before != "") {
		pair = rank_before " " stem
		# A pair is in the file of its first word; without a line for either word there is none for the pair.
		rank_add(pair, rank_before, 25)
	}
	rank_before = stem
}

function rank_add(term, home, unknown,    line, field, count, at) {
	if (term in rank_seen) return
	rank_seen[term] = 1
	line = length(home) > 64 ? "" : index_line("r", term, home)
	if (line == "") {
		rank_norm += unknown
		return
	}
	count = split(line, field, " ")
	rank_norm += field[1]
	for (at = 2; at < count; at += 2) rank_sum[field[at]] += field[at + 1]
}

# src/skills/rank-features.ts says the same.
function rank_stem(word,    size, cut) {
	if (word ~ /^[0-9]+$/) return "0"
	size = length(word)
	if (size <= 3 || word !~ /^[a-z]+$/) return word
	if (size > 4 && word ~ /ies$/) word = substr(word, 1, size - 3) "y"
	else if (word ~ /(ss|us|is)$/) word = word
	else if (word ~ /(sh|ch|x|ss|z)es$/) word = substr(word, 1, size - 2)
	else if (word ~ /s$/) word = substr(word, 1, size - 1)
	size = length(word)
	cut = 0
	if (size >= 6 && word ~ /ing$/) cut = 3
	else if (size >= 5 && word ~ /ed$/ && word !~ /eed$/) cut = 2
	if (cut) {
		word = substr(word, 1, size - cut)
		if (word ~ /(bb|dd|gg|kk|mm|nn|pp|rr|tt)$/) word = substr(word, 1, length(word) - 1)
	}
	return length(word) >= 4 && word ~ /e$/ ? substr(word, 1, length(word) - 1) : word
}
