# Reads one JSON value (RFC 8259) in time linear in its size: escaped backslashes and quotes are put aside as \001 and
# \002 (bytes that JSON text cannot hold), so that a split at the quotes leaves strings at the even places.

# Reads `text`. json_place() and json_get() then find the strings of the object itself and of the objects right inside
# it. Returns 1, or 0 where the text is not one JSON value. The last of several equal keys wins, as in JSON.parse.
function json_read(text,    count, place) {
	split("", JSON_AT)
	split("", JSON_INNER)
	split("", JSON_OPEN)
	split("", JSON_CLOSE)
	count = json_split(text)
	if (count % 2 == 0) return 0
	json_depth = 0
	json_inners = 0
	json_want = "value"
	for (place = 1; place <= count; place++) {
		if (place % 2 == 0) {
			if (!json_string(place)) return 0
		} else if (!json_marks(place)) return 0
	}
	return json_want == "end"
}

# Fills JSON_PART with what stands between the quotes and gives how many parts there are. Block by block: some awks
# measure the whole rest of a text for each replacement in it.
function json_split(text,    size, from, block, count, pieces, piece, at) {
	size = length(text)
	count = 1
	JSON_PART[1] = ""
	for (from = 1; from <= size; from += at) {
		block = substr(text, from, 4096)
		# No escape is cut in two: an odd number of backslashes at the end wants one more character.
		if (match(block, /\\+$/) && RLENGTH % 2) block = substr(text, from, 4097)
		at = length(block)
		gsub(/\\\\/, "\001", block)
		gsub(/\\"/, "\002", block)
		# A pattern, since the BSD awks also split at line breaks where the separator is one character.
		pieces = split(block, piece, /"/)
		JSON_PART[count] = JSON_PART[count] piece[1]
		for (block = 2; block <= pieces; block++) JSON_PART[++count] = piece[block]
	}
	return count
}

# A string: a key, or a value worth remembering.
function json_string(place) {
	if (json_want == "key" || json_want == "key or }") {
		if (json_depth < 3) json_key[json_depth] = json_decode(JSON_PART[place])
		json_want = ":"
		return 1
	}
	if (json_want != "value" && json_want != "value or ]") return 0
	if (json_depth == 0) return 0
	json_forget()
	if (json_depth < 3) JSON_AT[json_path()] = place
	json_after_value()
	return 1
}

# Where a value at one of the first two levels is kept. An inner object has a number of its own, so that nothing of an
# earlier object under the same key is ever found.
function json_path() {
	return json_depth == 1 ? json_key[1] : json_inner SUBSEP json_key[2]
}

# A new value stands for what its key held before.
function json_forget() {
	if (json_depth < 1 || json_depth > 2) return
	delete JSON_AT[json_path()]
	if (json_depth == 1) delete JSON_INNER[json_key[1]]
}

function json_after_value() {
	json_want = json_depth == 0 ? "end" : ","
}

# What stands between two strings: brackets, colons, commas and bare words. In blocks, since substr() may take the time
# of all the text it is given.
function json_marks(place,    marks, from, block, at, mark, size, whole, rest) {
	marks = JSON_PART[place]
	if (marks == ":" && json_want == ":") {
		json_want = "value"
		return 1
	}
	gsub(/[ \t\r\n]+/, " ", marks)
	JSON_PART[place] = marks
	whole = length(marks)
	for (from = 1; from <= whole; from += at - 1) {
		block = whole > 256 ? substr(marks, from, 256) : marks
		size = length(block)
		for (at = 1; at <= size; at++) {
			mark = substr(block, at, 1)
			if (mark == " ") continue
			if (mark == ":") {
				if (json_want != ":") return 0
				json_want = "value"
			} else if (mark == ",") {
				if (json_want != ",") return 0
				json_want = json_kind[json_depth] == "{" ? "key" : "value"
			} else if (mark == "{" || mark == "[") {
				if (json_want != "value" && json_want != "value or ]") return 0
				json_enter(mark, place, from + at - 1)
			} else if (mark == "}" || mark == "]") {
				if (!json_leave(mark, place, from + at - 1)) return 0
			} else {
				if (json_want != "value" && json_want != "value or ]" || json_depth == 0) return 0
				rest = substr(block, at)
				# A word that ends with the block may go on in the next one.
				if (from + size <= whole && rest !~ /[],} ]/) rest = substr(marks, from + at - 1, 4096)
				if (!match(rest, /^(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?|true|false|null)/)) return 0
				json_forget()
				at += RLENGTH - 1
				json_after_value()
			}
		}
	}
	return 1
}

# JSON_OPEN and JSON_CLOSE keep where an inner object begins and ends, as "part SUBSEP offset".
function json_enter(mark, place, at) {
	json_forget()
	if (mark == "{" && json_depth == 1) {
		JSON_INNER[json_key[1]] = json_inner = ++json_inners
		JSON_OPEN[json_inner] = place SUBSEP at
	} else if (json_depth == 1) json_inner = ""
	json_depth++
	json_kind[json_depth] = mark
	# No key is equal to this: the elements of an array are not looked for.
	if (json_depth < 3) json_key[json_depth] = "\035"
	json_want = mark == "{" ? "key or }" : "value or ]"
}

function json_leave(mark, place, at) {
	if (json_depth == 0) return 0
	if (mark == "}" && (json_kind[json_depth] != "{" || json_want != "," && json_want != "key or }")) return 0
	if (mark == "]" && (json_kind[json_depth] != "[" || json_want != "," && json_want != "value or ]")) return 0
	json_depth--
	if (mark == "}" && json_depth == 1) JSON_CLOSE[json_inner] = place SUBSEP at
	json_after_value()
	return 1
}

# The place in JSON_PART of the string at a path of one or two keys; 0 where there is none.
function json_place(first, second,    path) {
	path = first
	if (second != "") {
		if (!(first in JSON_INNER)) return 0
		path = JSON_INNER[first] SUBSEP second
	}
	return path in JSON_AT ? JSON_AT[path] : 0
}

# That string, decoded; "" where there is none.
function json_get(first, second,    place) {
	place = json_place(first, second)
	return place ? json_decode(JSON_PART[place]) : ""
}

# The text from one "part SUBSEP offset" up to and with another, as it was read.
function json_slice(from, to,    begin, end, place, block, whole) {
	split(from, begin, SUBSEP)
	split(to, end, SUBSEP)
	if (begin[1] == end[1]) return substr(JSON_PART[begin[1]], begin[2], end[2] - begin[2] + 1)
	block = substr(JSON_PART[begin[1]], begin[2])
	for (place = begin[1] + 1; place <= end[1]; place++) {
		block = block "\"" (place == end[1] + 0 ? substr(JSON_PART[place], 1, end[2]) : JSON_PART[place])
		# Gathered in blocks, so that a megabyte of keys is not copied for each of them.
		if (length(block) > 4096) {
			whole = whole json_restore(block)
			block = ""
		}
	}
	return whole json_restore(block)
}

# The text of a string token. Control characters other than line breaks and tabs become spaces, since no skill is
# matched by them; a lone surrogate becomes U+FFFD. In blocks, as json_split().
function json_decode(raw,    size, from, block, whole) {
	if (raw !~ /[\\\001\002]/) return raw
	size = length(raw)
	if (size <= 4096) return json_decode_block(raw)
	for (from = 1; from <= size; from += length(block)) {
		block = substr(raw, from, 4096)
		if (from + 4096 <= size) block = json_whole_escapes(block)
		whole = whole json_decode_block(block)
	}
	return whole
}

# A block without the escape, or the pair of surrogates, that its end may cut: twelve characters at most.
function json_whole_escapes(block,    keep, at) {
	keep = length(block) - 12
	at = index(substr(block, keep + 1), "\\")
	if (!at) return block
	keep += at - 1
	if (substr(block, keep - 5, 6) ~ /^\\u[dD][89aAbB]/) keep -= 6
	return substr(block, 1, keep)
}

function json_decode_block(raw) {
	if (index(raw, "\\")) {
		gsub(/\\n/, "\n", raw)
		gsub(/\\t/, "\t", raw)
		gsub(/\\r/, "\r", raw)
		gsub(/\\[bf]/, " ", raw)
		gsub(/\\\//, "/", raw)
		if (index(raw, "\\u")) raw = json_unicode(raw)
	}
	# A lone backslash is the one replacement for it that all awks read alike.
	gsub(/\001/, "\\", raw)
	gsub(/\002/, "\"", raw)
	return raw
}

# Decodes \uXXXX.
function json_unicode(raw,    count, piece, at, unit, high, block) {
	json_tables()
	count = split(raw, piece, /\\u/)
	block = piece[1]
	high = 0
	for (at = 2; at <= count; at++) {
		unit = json_unit(substr(piece[at], 1, 4))
		if (high) {
			if (unit >= 56320 && unit < 57344) {
				block = block json_utf8(65536 + (high - 55296) * 1024 + unit - 56320)
				unit = -1
			} else block = block json_utf8(65533)
			high = 0
		}
		if (unit >= 55296 && unit < 56320) {
			if (length(piece[at]) == 4 && at < count) high = unit
			else block = block json_utf8(65533)
		} else if (unit >= 56320 && unit < 57344) block = block json_utf8(65533)
		else if (unit >= 0) block = block json_utf8(unit)
		block = block substr(piece[at], 5)
	}
	return block
}

function json_unit(hex,    at, value) {
	value = 0
	for (at = 1; at <= 4; at++) value = value * 16 + json_hex[substr(hex, at, 1)]
	return value
}

function json_tables(    at) {
	if (json_ready) return
	for (at = 0; at < 16; at++) {
		json_hex[substr("0123456789abcdef", at + 1, 1)] = at
		json_hex[substr("0123456789ABCDEF", at + 1, 1)] = at
	}
	json_ready = 1
}

# The UTF-8 bytes of a code point (RFC 3629, 3).
function json_utf8(point) {
	if (point < 32 && point != 9 && point != 10 && point != 13) return " "
	if (point < 128) return point == 92 ? "\001" : sprintf("%c", point)
	if (point < 2048) return sprintf("%c%c", 192 + int(point / 64), 128 + point % 64)
	if (point < 65536)
		return sprintf("%c%c%c", 224 + int(point / 4096), 128 + int(point / 64) % 64, 128 + point % 64)
	return sprintf("%c%c%c%c", 240 + int(point / 262144), 128 + int(point / 4096) % 64, 128 + int(point / 64) % 64, 128 + point % 64)
}

# A text as the inside of a JSON string. Line by line for the rare control characters.
function json_escape(text,    at, code) {
	gsub(/\\/, "&&", text)
	gsub(/"/, "\\\"", text)
	gsub(/\n/, "\\n", text)
	gsub(/\r/, "\\r", text)
	gsub(/\t/, "\\t", text)
	if (text ~ /[\001-\037]/)
		for (at = 1; at < 32; at++) {
			code = sprintf("%c", at)
			if (index(text, code)) gsub(code, sprintf("\\u%04x", at), text)
		}
	return text
}

# The bytes of the input again, from a part of it that json_read has put aside.
function json_restore(part) {
	gsub(/\001/, "&&", part)
	gsub(/\001/, "\\", part)
	gsub(/\002/, "\\\"", part)
	return part
}
