enum Health { static func run(_ configuration: Configuration) -> Int32 { 1 } }
