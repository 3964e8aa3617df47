# Brings a prompt into the form that the index's phrases have (src/skills/text.ts makes those): lower case, one space
# for any white space, each run of word characters between two \001. A phrase then stands in a text at word boundaries
# exactly where index() finds its marked form. Bytes are UTF-8; the classes of characters are src/skills/text.ts's.

# Sets TEXT (marked), PLAIN (without marks) and RUN[1..], the pieces between marks: runs of word characters at the
# even places. Characters of scripts written without spaces are no part of a run: each is a word of its own, in
# SIGN[1..SIGNS].
function text_read(prompt) {
	prompt = tolower(prompt)
	SIGNS = 0
	if (prompt ~ /[\200-\377]/) {
		text_wide = 1
		prompt = text_fold(prompt)
	} else text_wide = 0
	prompt = text_by_blocks(prompt, "spaces")
	gsub(/  +/, " ", prompt)
	if (text_wide) prompt = text_signs(prompt)
	PLAIN = prompt
	prompt = text_by_blocks(prompt, text_wide ? "wide runs" : "runs")
	# A run that the end of a block cut.
	gsub(/\001\001/, "", prompt)
	TEXT = prompt
	RUNS = split(prompt, RUN, "\001")
}

# One step of the work on a text, on two kilobytes at a time: some awks measure or search all that is left of a text for
# each replacement in it.
function text_by_blocks(text, step,    size, from, block, whole) {
	size = length(text)
	if (size <= 2048) return text_step(text, step)
	for (from = 1; from <= size; from += length(block)) {
		block = substr(text, from, 2048)
		# No character is cut.
		if (text_wide && substr(text, from + 2048, 1) ~ /[\200-\277]/ && match(block, /[\300-\377][\200-\277]?[\200-\277]?$/)) block = substr(block, 1, RSTART - 1)
		whole = whole text_step(block, step)
	}
	return whole
}

function text_step(block, step) {
	if (step == "spaces") gsub(/[\001-\040\177]+/, " ", block)
	else if (step == "no signs") gsub(/\003/, "", block)
	else if (step == "runs") gsub(/[a-z0-9_]+/, "\001&\001", block)
	else if (step == "wide runs") gsub(/([a-z0-9_]|\302[\252\265\272]|\303[\200-\226\230-\266\270-\277]|[\304-\337][\200-\277]|\340[\240-\267\274-\277][\200-\277]|\341([\203\210-\235\240-\277][\200-\277]|\202[\240-\277])|\342[\260-\267][\200-\277]|\352[\200-\257][\200-\277]|\356[\200-\277][\200-\277]|\357[\200-\243\254-\267][\200-\277]|\357\271[\260-\277]|\357\272[\200-\277]|\357\273[\200-\276]|\357\274[\220-\231\241-\272]|\357\275[\201-\232]|\360[\220-\236][\200-\277][\200-\277])+/, "\001&\001", block)
	else gsub(/\340[\270-\273][\200-\277]|\341([\200\201\204-\207\236\237][\200-\277]|\202[\200-\237])|\343\200[\205-\207]|\343[\201-\277][\200-\277]|[\344-\351][\200-\277][\200-\277]|\352[\260-\277][\200-\277]|[\353-\354][\200-\277][\200-\277]|\355[\200-\237][\200-\277]|\357[\244-\253][\200-\277]|\357\275[\246-\277]|\357\276[\200-\237]|\360[\240-\263][\200-\277][\200-\277]/, "\003&\003", block)
	return block
}

# Folds the case of the letters beyond ASCII, straightens quotes, and makes every white space a space. The table has
# one line for each letter: the letter and what it folds to.
function text_fold(prompt,    count, line, row, at) {
	gsub(/\342\200[\230\231]/, "'", prompt)
	gsub(/\342\200[\234\235]/, "\"", prompt)
	gsub(/\302\240|\342\200[\200-\212\250\251\257]|\343\200\200/, " ", prompt)
	if (prompt !~ /[\302-\341\352\357\360]|\342[\260-\263]/) return prompt
	count = split(read_whole("state/hooks/awk/fold.txt"), line, "\n")
	for (row = 1; row <= count; row++) {
		at = index(line[row], " ")
		if (at && index(prompt, substr(line[row], 1, at - 1))) gsub(substr(line[row], 1, at - 1), substr(line[row], at + 1), prompt)
	}
	return prompt
}

# Characters of scripts without spaces: kept in SIGN, and a white space between two of them (a line break inside a
# phrase) taken out.
function text_signs(prompt,    count, piece, at) {
	prompt = text_by_blocks(prompt, "signs")
	if (!index(prompt, "\003")) return prompt
	gsub(/\003 \003/, "\003\003", prompt)
	count = split(prompt, piece, "\003")
	for (at = 2; at <= count; at += 2) SIGN[++SIGNS] = piece[at]
	return text_by_blocks(prompt, "no signs")
}
