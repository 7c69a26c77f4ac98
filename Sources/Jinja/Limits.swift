/// What a template may consume: with these no template can hang, exhaust or crash its host.
package struct Limits: Sendable, Equatable {
  /// The size of a template's source.
  package var sourceByteCount = 64 << 20
  /// Blocks within blocks, and the height of an expression's tree.
  package var nesting = 200
  /// Macros that are being called at one time.
  package var callDepth = 250
  /// The text that a rendering yields, and any one string on the way there.
  package var outputByteCount = 256 << 20
  /// The numbers in one `range`.
  package var rangeCount = 100_000
  /// Nodes evaluated plus a share of the bytes and elements produced, over a whole rendering.
  package var stepCount = 500_000_000
  /// Stack that parsing and rendering may use below their entry: must be less than the thread's.
  package var stackByteCount = Limits.defaultStackByteCount

  package init() {}

  #if os(Linux)
    private static let defaultStackByteCount = 2 << 20
  #else
    /// Secondary threads have 512 KiB on Darwin.
    private static let defaultStackByteCount = 320 << 10
  #endif
}

/// Tells when recursion has used up its share of the thread's stack.
///
/// Depth counts alone cannot know the size of a frame, which differs by platform and build mode.
struct StackGuard {
  private let floor: UInt

  init(limits: Limits) {
    let here = StackGuard.position()
    let share = UInt(clamping: limits.stackByteCount)
    floor = here > share ? here - share : 0
  }

  var isExhausted: Bool {
    @inline(__always) get { StackGuard.position() < floor }
  }

  /// The address of a local variable; stacks grow downward on all supported platforms.
  @inline(__always)
  private static func position() -> UInt {
    var marker: UInt8 = 0
    // SAFETY: the pointer is only turned into a number, never read or kept.
    return withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
  }
}
