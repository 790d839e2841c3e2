/// A shell that completes commands, and the script that it needs for that.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  var completion: String {
    switch self {
    case .bash: Self.forBash
    case .zsh: Self.forZsh
    case .fish: Self.forFish
    }
  }

  /// The words that may come next, after a command's first word or after an option.
  private struct Place {
    /// The words before, such as `token create --role`.
    let words: String
    let candidates: [(word: String, meaning: String)]
  }

  private static var places: [Place] {
    let commands = CommandTable.all
    let groups = Set(commands.filter { $0.words.count > 1 }.map { $0.words[0] }).sorted()
    let start = CommandTable.firstWords.map { word in
      (word, commands.first { $0.words == [word] }?.summary ?? "\(word) commands")
    }
    let flags = [("--help", "print help"), ("--version", "print the version")]
    return [Place(words: "", candidates: start + flags)]
      + groups.map { group in
        Place(
          words: group,
          candidates: commands.filter { $0.words[0] == group }.map { ($0.words[1], $0.summary) })
      } + commands.flatMap(places)
  }

  private static func places(of command: CommandDescription) -> [Place] {
    let operands = (command.operand?.choices ?? []).map { ($0, $0) }
    let options = command.options.map { ($0.name, $0.meaning) } + [("--help", "print its help")]
    let values = command.options.filter { $0.value != nil }.map { option in
      Place(
        words: "\(command.name) \(option.name)", candidates: option.choices.map { ($0, $0) })
    }
    return [Place(words: command.name, candidates: operands + options)] + values
  }

  /// For bash and zsh, which tell positions apart by the number of words.
  private static func cases(_ line: (Place) -> String) -> String {
    places.map { "    \(quoted($0.words))) \(line($0)) ;;\n" }.joined()
  }

  private static let groupPattern = Set(
    CommandTable.all.filter { $0.words.count > 1 }.map { $0.words[0] }
  ).sorted().joined(separator: "|")

  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: #"'\''"#) + "'"
  }

  private static var forBash: String {
    """
    # Completion of waybill for bash, made by `waybill completion bash`.
    _waybill() {
      local word=${COMP_WORDS[COMP_CWORD]} before='' place='' candidates=''
      ((COMP_CWORD < 2)) || place=${COMP_WORDS[1]}
      case $place in
        \(groupPattern)) ((COMP_CWORD < 3)) || place+=" ${COMP_WORDS[2]}" ;;
      esac
      [[ ${COMP_WORDS[COMP_CWORD-1]} != -* ]] || before=${COMP_WORDS[COMP_CWORD-1]}
      _waybill_candidates "$place${before:+ $before}" || _waybill_candidates "$place" || return 0
      mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$word")
    }
    _waybill_candidates() {
      case $1 in
    \(cases(inBash))    *) return 1 ;;
      esac
    }
    complete -F _waybill waybill

    """
  }

  private static func inBash(_ place: Place) -> String {
    "candidates=\(quoted(place.candidates.map(\.word).joined(separator: " ")))"
  }

  private static var forZsh: String {
    """
    #compdef waybill
    # Completion of waybill for zsh, made by `waybill completion zsh`.
    local place='' before='' candidates=()
    (( CURRENT < 3 )) || place=${words[2]}
    case $place in
      \(groupPattern)) (( CURRENT < 4 )) || place+=" ${words[3]}" ;;
    esac
    [[ ${words[CURRENT-1]} != -* ]] || before=${words[CURRENT-1]}
    _waybill_candidates() {
      case $1 in
    \(cases(inZsh))    *) return 1 ;;
      esac
    }
    _waybill_candidates "$place${before:+ $before}" || _waybill_candidates "$place" || return 1
    _describe waybill candidates

    """
  }

  private static func inZsh(_ place: Place) -> String {
    "candidates=(\(place.candidates.map(described).joined(separator: " ")))"
  }

  private static func described(_ candidate: (word: String, meaning: String)) -> String {
    quoted(candidate.word + ":" + candidate.meaning.replacing(":", with: #"\:"#))
  }

  private static var forFish: String {
    let head = """
      # Completion of waybill for fish, made by `waybill completion fish`.
      complete -c waybill -f
      complete -c waybill -n __fish_use_subcommand -l version -d 'print the version'
      complete -c waybill -l help -d 'print help'

      """
    let words = CommandTable.firstWords.map { word in
      let summary = CommandTable.all.first { $0.words == [word] }?.summary ?? "\(word) commands"
      return fishLine("__fish_use_subcommand", "-a \(word)", summary)
    }
    return head + (words + CommandTable.all.flatMap(fishLines)).joined()
  }

  private static func fishLines(_ command: CommandDescription) -> [String] {
    var lines: [String] = []
    if command.words.count > 1 {
      let siblings = CommandTable.all.filter { $0.words[0] == command.words[0] }.map { $0.words[1] }
      lines.append(
        fishLine(
          "__fish_seen_subcommand_from \(command.words[0]); "
            + "and not __fish_seen_subcommand_from \(siblings.joined(separator: " "))",
          "-a \(command.words[1])", command.summary))
    }
    let here = command.words.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
    if let operand = command.operand, !operand.choices.isEmpty {
      lines.append(
        fishLine(here, "-a \(quoted(operand.choices.joined(separator: " ")))", operand.meaning))
    }
    for option in command.options {
      let values =
        option.value == nil ? "" : " -x -a \(quoted(option.choices.joined(separator: " ")))"
      lines.append(fishLine(here, "-l \(option.name.dropFirst(2))\(values)", option.meaning))
    }
    return lines
  }

  private static func fishLine(_ condition: String, _ words: String, _ meaning: String) -> String {
    "complete -c waybill -n \(quoted(condition)) \(words) -d \(quoted(meaning))\n"
  }
}
