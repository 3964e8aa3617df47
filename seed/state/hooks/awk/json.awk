# Reads one JSON value (RFC 8259) in time linear in its size: escaped backslashes and quotes are put aside as \001 and
# \002 (bytes that JSON text cannot hold), so that a split at the quotes leaves strings at the even places.

# Reads `text`. JSON_AT[path] is the place in JSON_PART of the string at that path; the path is the keys joined by
# SUBSEP. Returns 1, or 0 where the text is not one JSON object. The last of several equal keys wins, as in
# JSON.parse.
function json_read(text,    count, place) {
	gsub(/\\\\/, "\001", text)
	gsub(/\\"/, "\002", text)
	split("", JSON_AT)
	split("", JSON_OPEN)
	split("", JSON_CLOSE)
	# A pattern, since the BSD awks also split at line breaks where the separator is one character.
	count = split(text, JSON_PART, /"/)
	if (count % 2 == 0) return 0
	json_depth = 0
	json_want = "value"
	json_prefix[0] = ""
	for (place = 1; place <= count; place++) {
		if (place % 2 == 0) {
			if (!json_string(place)) return 0
		} else if (!json_marks(place)) return 0
	}
	return json_want == "end"
}

# A string: a key, or a value worth remembering.
function json_string(place) {
	if (json_want == "key" || json_want == "key or }") {
		json_key[json_depth] = json_decode(JSON_PART[place])
		json_want = ":"
		return 1
	}
	if (json_want != "value" && json_want != "value or ]") return 0
	if (json_depth == 0) return 0
	JSON_AT[json_path()] = place
	json_after_value()
	return 1
}

function json_path() {
	return json_prefix[json_depth] json_key[json_depth]
}

function json_after_value() {
	json_want = json_depth == 0 ? "end" : ","
}

# What stands between two strings: brackets, colons, commas and bare words.
function json_marks(place,    marks, at, mark, size) {
	marks = JSON_PART[place]
	gsub(/[ \t\r\n]+/, " ", marks)
	size = length(marks)
	for (at = 1; at <= size; at++) {
		mark = substr(marks, at, 1)
		if (mark == " ") continue
		if (mark == ":") {
			if (json_want != ":") return 0
			json_want = "value"
		} else if (mark == ",") {
			if (json_want != ",") return 0
			json_want = json_kind[json_depth] == "{" ? "key" : "value"
		} else if (mark == "{" || mark == "[") {
			if (json_want != "value" && json_want != "value or ]") return 0
			json_enter(mark, place, at)
		} else if (mark == "}" || mark == "]") {
			if (!json_leave(mark, place, at)) return 0
		} else {
			if (json_want != "value" && json_want != "value or ]" || json_depth == 0) return 0
			if (!match(substr(marks, at), /^(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?|true|false|null)/)) return 0
			delete JSON_AT[json_path()]
			at += RLENGTH - 1
			json_after_value()
		}
	}
	JSON_PART[place] = marks
	return 1
}

# JSON_OPEN and JSON_CLOSE keep where the object at a path begins and ends, as "part SUBSEP offset".
function json_enter(mark, place, at,    path) {
	path = json_depth == 0 ? "" : json_path() SUBSEP
	if (mark == "{" && json_depth > 0) JSON_OPEN[json_path()] = place SUBSEP at
	json_depth++
	json_kind[json_depth] = mark
	json_prefix[json_depth] = path
	# No key is equal to this: the elements of an array are not looked for.
	json_key[json_depth] = "\035"
	json_want = mark == "{" ? "key or }" : "value or ]"
}

function json_leave(mark, place, at) {
	if (json_depth == 0) return 0
	if (mark == "}" && (json_kind[json_depth] != "{" || json_want != "," && json_want != "key or }")) return 0
	if (mark == "]" && (json_kind[json_depth] != "[" || json_want != "," && json_want != "value or ]")) return 0
	json_depth--
	if (mark == "}" && json_depth > 0) JSON_CLOSE[json_path()] = place SUBSEP at
	json_after_value()
	return 1
}

# The string at a path of one or two keys, decoded; "" where there is none.
function json_get(first, second,    path) {
	path = second == "" ? first : first SUBSEP second
	return path in JSON_AT ? json_decode(JSON_PART[JSON_AT[path]]) : ""
}

# The text of a string token. Control characters other than line breaks and tabs become spaces, since no skill is
# matched by them; a lone surrogate becomes U+FFFD.
function json_decode(raw) {
	if (raw !~ /[\\\001\002]/) return raw
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

# Decodes \uXXXX. Pieces are gathered in blocks, so that a megabyte of escapes is not copied for each of them.
function json_unicode(raw,    count, piece, at, unit, high, block, whole) {
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
		if (length(block) > 4096) {
			whole = whole block
			block = ""
		}
	}
	return whole block
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
