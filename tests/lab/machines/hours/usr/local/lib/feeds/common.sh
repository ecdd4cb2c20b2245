note() { echo "feeds: $*"; }
