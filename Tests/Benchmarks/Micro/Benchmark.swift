#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What one round moved.
struct Work {
  let rowCount: Int
  let byteCount: Int
}

/// Runs a piece of work some rounds and prints the median rate by CPU time, system calls included.
struct Benchmark {
  let name: String
  let run: () throws -> Work

  init(_ name: String, run: @escaping () throws -> Work) {
    self.name = name
    self.run = run
  }

  func measure(rounds: Int) throws {
    var work = try run()
    var seconds: [Double] = []
    for _ in 0..<rounds {
      let start = Self.cpuSeconds
      work = try run()
      seconds.append(Self.cpuSeconds - start)
    }
    let median = seconds.sorted()[rounds / 2]
    let rows = Self.number(Double(work.rowCount) / median / 1e6)
    let bytes = Self.number(Double(work.byteCount) / median / 1e9)
    let nanoseconds = Self.number(median / Double(work.rowCount) * 1e9)
    print("| \(name) | \(rows) | \(bytes) | \(nanoseconds) |")
  }

  static func printHead() {
    print("| work | M rows/s | GB/s | ns/row |")
    print("|---|---|---|---|")
  }

  private static var cpuSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}
