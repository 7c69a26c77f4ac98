import CIgzip
import CZlib

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One raw deflate stream being decompressed, by ISA-L where it is installed and else by zlib.
package struct Inflater: ~Copyable {
  package enum Library: Sendable, CaseIterable {
    /// Two to three times as fast as zlib.
    case isal
    case zlib

    package var isAvailable: Bool { self == .zlib || cigzip_isAvailable() }

    /// The environment variable whose value `zlib` keeps to that one.
    package static let variable = "REELHOUSE_INFLATE"

    /// The fastest that is installed.
    package static let best: Library = {
      if let wanted = getenv(variable), String(cString: wanted) == "zlib" { return .zlib }
      return Library.isal.isAvailable ? .isal : .zlib
    }()
  }

  package enum Outcome: Equatable {
    case more
    case end
    case corrupt(String)
    case outOfMemory
  }

  package struct Step {
    package var outcome: Outcome
    /// Bytes of input used up. Negative where bytes of an earlier step turn out to stand behind the stream's end.
    package var consumed: Int
    /// Bytes of output written.
    package var produced: Int
  }

  private enum State {
    case isal(OpaquePointer)
    /// zlib keeps a pointer to its stream, so it must not move.
    case zlib(UnsafeMutablePointer<z_stream>)
  }

  private let state: State

  /// nil where there is no memory for the library's state, up to 90 KB, or no such library.
  package init?(_ library: Library = .best) {
    switch library {
    case .isal:
      guard let stream = cigzip_create() else { return nil }
      state = .isal(stream)
    case .zlib:
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      stream.initialize(to: z_stream())
      guard czlib_inflateInitRaw(stream) == Z_OK else {
        stream.deallocate()
        return nil
      }
      state = .zlib(stream)
    }
  }

  deinit {
    switch state {
    case .isal(let stream): cigzip_destroy(stream)
    case .zlib(let stream):
      inflateEnd(stream)
      stream.deallocate()
    }
  }

  /// Decompresses from `input` into `output` as far as both reach.
  package mutating func inflate(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer)
    -> Step
  {
    switch state {
    case .isal(let stream): Self.inflate(stream, input, output)
    case .zlib(let stream): Self.inflate(stream, input, output)
    }
  }

  private static func inflate(
    _ stream: OpaquePointer, _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) -> Step {
    // SAFETY: ISA-L reads and writes within the two buffers, within this call only.
    let result = cigzip_inflate(stream, input.baseAddress, input.count, output.baseAddress, output.count)
    let outcome: Outcome =
      switch result.outcome {
      case cigzip_more: .more
      case cigzip_end: .end
      default: .corrupt(isalReason(result.code))
      }
    return Step(outcome: outcome, consumed: result.consumed, produced: result.produced)
  }

  /// What ISA-L's codes mean (`igzip_lib.h`), in zlib's words.
  private static func isalReason(_ code: Int32) -> String {
    switch code {
    case -1: "invalid block"
    case -2: "invalid code"
    case -3: "invalid distance too far back"
    default: "ISA-L's error \(code)"
    }
  }

  private static func inflate(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer
  ) -> Step {
    let inputCount = min(input.count, Int(UInt32.max))
    let outputCount = min(output.count, Int(UInt32.max))
    // SAFETY: zlib reads avail_in bytes of next_in and writes avail_out bytes of next_out, within this call only.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self))
    stream.pointee.avail_in = uInt(inputCount)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_out = uInt(outputCount)
    let code = CZlib.inflate(stream, Z_NO_FLUSH)
    let outcome: Outcome =
      switch code {
      case Z_OK, Z_BUF_ERROR: .more
      case Z_STREAM_END: .end
      case Z_MEM_ERROR: .outOfMemory
      default: .corrupt(stream.pointee.msg.map { String(cString: $0) } ?? "zlib's error \(code)")
      }
    return Step(
      outcome: outcome, consumed: inputCount - Int(stream.pointee.avail_in),
      produced: outputCount - Int(stream.pointee.avail_out))
  }
}
