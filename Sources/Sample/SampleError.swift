import Diagnostics

/// Why a sample archive cannot be made; what goes wrong with the file itself is a `ZipError`.
package struct SampleError: DiagnosticConvertible, Equatable {
  package enum Reason: Sendable, Equatable {
    case movieCount(Int)
    case posterCount(Int)
    case threadUnavailable
  }

  package var reason: Reason

  package var code: DiagnosticCode {
    switch reason {
    case .movieCount, .posterCount: .invalidArgument
    case .threadUnavailable: .internalError
    }
  }

  package var diagnostic: Diagnostic {
    switch reason {
    case .movieCount(let count):
      Diagnostic(
        code, "a sample has 1 to \(SampleArchive.largestMovieCount) movies, not \(count)",
        hints: ["the real archive has \(SampleOptions.fullMovieCount) movies; 10000 make a quick start"])
    case .posterCount(let count):
      Diagnostic(
        code, "a sample has 0 to \(SampleArchive.largestMovieCount) posters, not \(count)",
        hints: ["the real archive has about 700000 posters"])
    case .threadUnavailable:
      Diagnostic(code, "the system has no thread to give", hints: ["check the limit of processes: ulimit -u"])
    }
  }
}
