
# What is made lies below .runner until it is whole: no night looks into hidden folders.
case $_logs in /*) ;; *) _logs=$PWD/$_logs ;; esac
_host=$(uname -n)
_made=0 _there=0 _failed='' _busy=''
# Fractions of a second are GNU's; elsewhere a stamp is a whole second.
case $(date +%6N 2>/dev/null) in '' | *[!0-9]*) _fraction='' ;; *) _fraction=.%6N ;; esac
trap 'exit 130' INT
trap 'exit 143' TERM HUP

_tell() { printf '%s: %s\n' "$_study" "$1" >&2; }

_stamp() {
    case " $_stamps " in
    *" $1 "*) printf '%s %s\n' "$(date -u "+%Y-%m-%dT%H:%M:%S${_fraction}Z")" "$2" >>"$_work/$1.log" ;;
    esac
}

# One process works on a folder: whoever is named in `by` and still alive.
_claim() {
    if [ -e "$_desk/by" ]; then
        _other='' _process=''
        read -r _other _process <"$_desk/by"
        if [ -n "$_process" ] && { [ "$_other" != "$_host" ] || kill -0 "$_process" 2>/dev/null; }; then
            _tell "row $_number ($_unit): process $_process on $_other is at it; if it is dead, remove $_desk/by and start again"
            return 1
        fi
        rm -f "$_desk/by"
    fi
    (set -C && printf '%s %s\n' "$_host" "$$" >"$_desk/by") 2>/dev/null
}

# _place NUMBER FOLDER CONTAINER FOLDER_BELOW ...: execute a row of the sheet, unless its folder is there.
_place() {
    _number=$1 _unit=$2 _final=$_logs/$2
    shift 2
    if [ -e "$_final" ]; then
        _there=$((_there + 1))
        return
    fi
    _desk=$_logs/.runner/$_unit
    if ! mkdir -p "$_desk" "$(dirname "$_final")"; then
        _failed="$_failed $_number"
        return
    fi
    if ! _claim; then
        _busy="$_busy $_number"
        return
    fi
    _attempt=1
    while [ -e "$_desk/$_attempt" ]; do _attempt=$((_attempt + 1)); done
    _work=$_desk/$_attempt
    [ "$_attempt" = 1 ] || _tell "row $_number ($_unit): begun afresh; what broke off before lies in $_desk"
    if _make "$@"; then
        _made=$((_made + 1))
    else
        _failed="$_failed $_number"
    fi
    rm -f "$_desk/by"
    (cd "$_logs" && rmdir -p ".runner/$_unit") 2>/dev/null
    return 0
}

# _make CONTAINER FOLDER_BELOW ...: one container after another, then the folder gets its name, all at once.
_make() {
    mkdir "$_work" || return 1
    while [ $# -gt 0 ]; do
        _container=$1 _folder=$_work${2:+/$2}
        shift 2
        mkdir -p "$_folder" || return 1
        _stamp create "$_container"
        _stamp start "$_container"
        (_job "$_number") </dev/null
        _code=$?
        if [ "$_code" -ne 0 ]; then
            _tell "row $_number ($_unit): exit code $_code; what it wrote lies in $_work"
            return 1
        fi
        _stamp stop "$_container" || return 1
    done
    [ -z "$_marker" ] || touch "$_work/$_marker" || return 1
    sync -f "$_work" 2>/dev/null || sync
    if [ -e "$_final" ]; then
        _tell "row $_number ($_unit): somebody else has made the folder meanwhile; this one stays in $_work"
        return 1
    fi
    mv "$_work" "$_final"
}

if [ $# -eq 0 ]; then
    _row=1
    while [ "$_row" -le "$_rows" ]; do
        _row_of_sheet "$_row"
        _row=$((_row + 1))
    done
else
    for _row in "$@"; do
        _row_of_sheet "$_row" || exit 2
    done
fi
_tell "$_made made, $_there there before, failed:${_failed:- none}, under way elsewhere:${_busy:- none}"
[ -z "$_failed$_busy" ]
