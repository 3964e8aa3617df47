# The compiled index (src/skills/compile.ts writes it): `current` names a folder of small files. A term's line is in the
# file that its hash names, so a prompt costs one small read for each of its words, however many skills there are.

function explain_line(text) {
	if (ENVIRON["SNAPPY_EXPLAIN"] != "") print text > "/dev/stderr"
}

# The name of a session's ledger, safe as a file's name; "" where the runtime names no session.
function session_name(    name) {
	name = json_get("session_id")
	gsub(/[^A-Za-z0-9_.-]/, "_", name)
	return name == "" ? "" : "s-" substr(name, 1, 120)
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
	if (count < 4 || part[2] != 1 || part[3] < 1) return 0
	index_folder = "state/.index/" part[1] "/"
	index_shards = part[3] + 0
	index_skills = part[4] + 0
	# What changed since the generation was written stands in one more file, and comes first.
	index_delta = count > 4 ? read_whole(index_folder part[5]) : ""
	return 1
}

# The file a term is in: a hash of its first eight bytes, below 2^26 at every step so that each awk agrees.
function index_shard(term,    at, size, hash) {
	if (!lookup_ready) {
		for (at = 1; at < 256; at++) lookup_code[sprintf("%c", at)] = at
		lookup_ready = 1
	}
	size = length(term)
	if (size > 8) size = 8
	hash = length(term)
	for (at = 1; at <= size; at++) hash = (hash * 33 + lookup_code[substr(term, at, 1)]) % 1048573
	return hash % index_shards
}

# The line of a term without the term; "" where the index has none. `home` is the term whose file to look in (a pair of
# words is kept with its first word).
function index_line(term, home,    shard, at, rest) {
	if (index_delta != "" && (at = index(index_delta, "\n" term "\t"))) {
		rest = substr(index_delta, at + length(term) + 2)
		return substr(rest, 1, index(rest, "\n") - 1)
	}
	shard = index_shard(home == "" ? term : home)
	if (!(shard in index_file)) index_file[shard] = read_whole(index_folder shard)
	at = index(index_file[shard], "\n" term "\t")
	if (!at) return ""
	rest = substr(index_file[shard], at + length(term) + 2)
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
	if (!(file in index_file)) index_file[file] = read_whole(index_folder file)
	at = index(index_file[file], "\n" number "\t")
	if (!at) return 0
	rest = substr(index_file[file], at + length(number) + 2)
	return split(substr(rest, 1, index(rest, "\n") - 1), SKILL, "\t")
}
