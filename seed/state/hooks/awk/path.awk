# The file that a tool or a watcher says was changed.
BEGIN { RS = "\004" }
{ input = NR == 1 ? $0 : "" }
END {
	if (!json_read(input)) exit 3
	file = json_get("tool_input", "file_path")
	if (file == "") file = json_get("file_path")
	if (file !~ /\n/ && file ~ /^\//) print file
}
