# Ranking, for a text that names no skill and holds no trigger.
function rank_text() { return "" }
