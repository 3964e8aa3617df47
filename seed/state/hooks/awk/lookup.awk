# The compiled index (src/skills/compile.ts writes it): `current` names a folder of small files. A term's line is in the
# file that its hash names, so a prompt costs one small read for each of its words, however many skills there are.

function explain_line(text) {
	if (ENVIRON["SNAPPY_EXPLAIN"] != "") print text > "/dev/stderr"
}

# The name of a session's ledger, safe as a file's name; "" where the runtime names no session. A name that had to be
# changed gets a sum of what it was, so that no two sessions meet in one ledger.
function session_name(    name, safe, code, at, sum) {
	name = dialect_session()
	safe = name
	if (!gsub(/[^A-Za-z0-9_.-]/, "_", safe) && length(name) <= 120) return name == "" ? "" : "s-" name
	for (at = 1; at < 256; at++) code[sprintf("%c", at)] = at
	sum = length(name)
	for (at = 1; at <= 1000 && at <= length(name); at++) sum = (sum * 33 + code[substr(name, at, 1)]) % 67108859
	return "s-" substr(safe, 1, 80) "." sum
}

# A whole file; "" where there is none. Files of ours hold no \004.
function read_whole(file,    whole, part, before, separator) {
	before = RS
	RS = "\004"
	whole = ""
	separator = ""
	while ((getline part < file) > 0) {
		whole = whole separator part
		separator = "\004"
	}
	close(file)
	RS = before
	return whole
}

# Opens the index; 0 where there is none that this hook can read.
function index_open(    line, part, count) {
	line = read_whole("state/.index/current")
	sub(/\n$/, "", line)
	count = split(line, part, " ")
	if (count < 5 || part[2] != 1 || part[3] !~ /^[1-9][0-9]*$/ || part[4] !~ /^[1-9][0-9]*$/) return 0
	index_folder = "state/.index/" part[1] "/"
	index_files["e"] = part[3] + 0
	index_files["r"] = part[4] + 0
	index_skills = part[5] + 0
	# What changed since the generation was written stands in one more file, and comes first.
	index_delta = count > 5 ? read_whole(index_folder part[6]) : ""
	return 1
}

# A word's hash, from its first eight bytes, below 2^26 at every step so that each awk agrees.
function index_hash(word,    at, size, hash) {
	if (word in index_hashes) return index_hashes[word]
	if (!lookup_ready) {
		for (at = 1; at < 256; at++) lookup_code[sprintf("%c", at)] = at
		lookup_ready = 1
	}
	hash = size = length(word)
	if (size > 8) size = 8
	for (at = 1; at <= size; at++) hash = (hash * 33 + lookup_code[substr(word, at, 1)]) % 1048573
	return index_hashes[word] = hash
}

# Whether a word may have entries: a filter that is read once spares a file for each of the many that have none.
function index_maybe(word,    slot) {
	if (!index_slots) {
		index_words = read_whole(index_folder "words")
		index_slots = 5 * length(index_words)
		index_bit[0] = 1
		for (slot = 1; slot < 5; slot++) index_bit[slot] = 2 * index_bit[slot - 1]
		if (!index_slots) index_slots = -1
	}
	if (index_slots < 0) return 1
	slot = index_hash(word) % index_slots
	return int((index("0123456789ABCDEFGHIJKLMNOPQRSTUV", substr(index_words, int(slot / 5) + 1, 1)) - 1) / index_bit[slot % 5]) % 2
}

# What the index has of a term, without the term; "" where it has nothing. `kind` is "e" for entries, "r" for ranking;
# `home` is the word whose file to look in (a pair of words is kept with its first).
function index_line(kind, term, home,    file, at, rest) {
	if (index_delta != "" && (at = index(index_delta, "\n" kind " " term "\t"))) {
		rest = substr(index_delta, at + length(term) + 4)
		return substr(rest, 1, index(rest, "\n") - 1)
	}
	if (kind == "e" && !index_maybe(home)) return ""
	file = kind index_hash(home) % index_files[kind]
	if (!(file in index_text)) index_text[file] = read_whole(index_folder file)
	at = index(index_text[file], "\n" term "\t")
	if (!at) return ""
	rest = substr(index_text[file], at + length(term) + 2)
	return substr(rest, 1, index(rest, "\n") - 1)
}

# Sets SKILL[1..] to the record of a skill by its number: name, loader below state/skills (or "-"), then its
# anti-triggers. Gives how many fields there are.
function index_skill(number,    file, at, rest) {
	if (index_delta != "" && (at = index(index_delta, "\n#" number "\t"))) {
		rest = substr(index_delta, at + length(number) + 3)
		return split(substr(rest, 1, index(rest, "\n") - 1), SKILL, "\t")
	}
	file = "skills-" int(number / 64)
	if (!(file in index_text)) index_text[file] = read_whole(index_folder file)
	at = index(index_text[file], "\n" number "\t")
	if (!at) return 0
	rest = substr(index_text[file], at + length(number) + 2)
	return split(substr(rest, 1, index(rest, "\n") - 1), SKILL, "\t")
}
