/// One pass over a batch's bytes: finds the fields and rows that are whole.
///
/// Looks at eight bytes at once for the three that mean something outside of quotes (delimiter, line feed,
/// quote) and for two inside (quote, and line feed to count lines).
struct RowScanner: ~Copyable {
  /// Where a pass ended: behind the last whole row.
  struct End {
    var byteCount = 0
    var lineCount = 0
    var isStopped = false
  }

  private let batch: CSVBatch
  /// The batch's own, held here for the time of the pass.
  private var fields = GrowingBuffer<CSVField>()
  private var rows = GrowingBuffer<CSVRow>()
  private let base: UnsafeRawPointer
  private let count: Int
  private let delimiter: UInt8
  private let maximumFieldByteCount: Int
  private let maximumRowByteCount: Int
  /// Whether no byte follows those of the batch.
  private let isAtEnd: Bool

  private var rowStart = 0
  private var rowLine = 0
  private var rowFirstField = 0
  private var fieldStart = 0
  /// Line feeds passed so far, those within fields too.
  private var lineBreaks = 0
  private var isRowFaulty = false
  private(set) var end = End()

  var isStopped: Bool { end.isStopped }

  init(_ batch: CSVBatch, dialect: CSVDialect, isAtEnd: Bool) {
    self.batch = batch
    base = UnsafeRawPointer(batch.mutableBytes)
    count = batch.byteCount
    delimiter = dialect.delimiter
    maximumFieldByteCount = dialect.maximumFieldByteCount
    maximumRowByteCount = dialect.maximumRowByteCount
    self.isAtEnd = isAtEnd
  }

  /// Makes the pass; the batch has its fields, rows and faults afterwards.
  mutating func run() {
    let batch = batch
    swap(&fields, &batch.fieldStorage)
    swap(&rows, &batch.rowStorage)
    scan()
    // The fields of a row that is not whole are found again when it is.
    fields.count = rowFirstField
    swap(&fields, &batch.fieldStorage)
    swap(&rows, &batch.rowStorage)
  }

  private mutating func scan() {
    if batch.byteOffset == 0, startsWithByteOrderMark {
      rowStart = 3
      fieldStart = 3
      end.byteCount = 3
    }
    let delimiters = ByteWord(repeating: delimiter)
    let lineFeeds = ByteWord(repeating: CSVDialect.lineFeed)
    let quotes = ByteWord(repeating: CSVDialect.quote)
    var position = rowStart
    // SAFETY: positions stay below count, and the batch has 16 zeros behind its bytes, so that whole words can
    // be loaded there; zeros match nothing.
    words: while position < count {
      let word = ByteWord(base, at: position)
      var matches = word.matches(delimiters) | word.matches(lineFeeds) | word.matches(quotes)
      while matches != 0 {
        let offset = position &+ (matches.trailingZeroBitCount &>> 3)
        matches &= matches &- 1
        let byte = base.load(fromByteOffset: offset, as: UInt8.self)
        if byte == delimiter {
          addField(upTo: offset)
          fieldStart = offset &+ 1
        } else if byte == CSVDialect.lineFeed {
          addLastField(upTo: offset)
          endRow(at: offset, lineBreak: 1)
          if isStopped { return }
        } else if offset == fieldStart {
          position = quotedField(openedAt: offset)
          if position < 0 || isStopped { return }
          continue words
        } else {
          addFault(.strayQuote, at: offset)
        }
      }
      position &+= ByteWord.byteCount
    }
    finishRest()
  }

  private var startsWithByteOrderMark: Bool {
    count >= 3 && batch.bytes[0] == 0xEF && batch.bytes[1] == 0xBB && batch.bytes[2] == 0xBF
  }

  // MARK: Fields and rows

  @inline(__always)
  private mutating func addField(upTo fieldEnd: Int) {
    fields.append(
      CSVField(start: fieldStart, byteCount: fieldEnd &- fieldStart, isQuoted: false, hasDoubledQuotes: false)
    )
  }

  /// Adds the field that a line feed or the end of the file ends; a CR there belongs to the line break.
  @inline(__always)
  private mutating func addLastField(upTo fieldEnd: Int) {
    addField(upTo: fieldEnd &- carriageReturn(before: fieldEnd))
  }

  /// 1 where the byte before `offset` is a CR of the field that is being read, else 0.
  @inline(__always)
  private func carriageReturn(before offset: Int) -> Int {
    offset > fieldStart
      && base.load(fromByteOffset: offset &- 1, as: UInt8.self) == CSVDialect.carriageReturn ? 1 : 0
  }

  /// Ends the row at a line feed (`lineBreak` 1) or at the end of the file (0), its fields being added.
  @inline(__always)
  private mutating func endRow(at offset: Int, lineBreak: Int) {
    let hasReturn =
      offset > rowStart && base.load(fromByteOffset: offset &- 1, as: UInt8.self) == CSVDialect.carriageReturn
    let rowEnd = offset &- (hasReturn ? 1 : 0)
    // No field can be beyond the limit in a row that is not.
    if rowEnd &- rowStart > maximumFieldByteCount, stopIfTooLarge(upTo: rowEnd) { return }
    rows.append(
      CSVRow(bytes: rowStart..<max(rowStart, rowEnd), fields: rowFirstField..<fields.count, line: rowLine))
    lineBreaks &+= lineBreak
    rowStart = offset &+ lineBreak
    fieldStart = rowStart
    rowLine = lineBreaks
    rowFirstField = fields.count
    isRowFaulty = false
    end.byteCount = rowStart
    end.lineCount = lineBreaks
  }

  /// What follows the last line feed: a row if the file ends here, else the beginning of one.
  private mutating func finishRest() {
    if isAtEnd {
      guard rowStart < count else { return }
      addLastField(upTo: count)
      endRow(at: count, lineBreak: 0)
    } else {
      stopIfOpenFieldIsTooLarge(from: fieldStart)
    }
  }

  // MARK: Quotes

  /// Reads a quoted field and the delimiter or line break behind it. Returns where to go on, or -1 where the
  /// bytes end before it is known how the field ends.
  private mutating func quotedField(openedAt opening: Int) -> Int {
    let openingLine = lineBreaks
    var hasDoubledQuotes = false
    let closing = closingQuote(from: opening + 1, &hasDoubledQuotes)
    guard closing >= 0 else {
      stopIfOpenFieldIsTooLarge(from: opening + 1)
      if isStopped || !isAtEnd { return -1 }
      return skipLine(ofQuoteAt: opening, line: openingLine)
    }
    let next = closing + 1
    if next == count {
      guard isAtEnd else {
        stopIfOpenFieldIsTooLarge(from: opening + 1)
        return -1
      }
      addQuotedField(opening + 1, closing, hasDoubledQuotes)
      endRow(at: count, lineBreak: 0)
      return count
    }
    let byte = base.load(fromByteOffset: next, as: UInt8.self)
    if byte == delimiter {
      addQuotedField(opening + 1, closing, hasDoubledQuotes)
      fieldStart = next + 1
      // A delimiter that ends the file has an empty field behind it, which the loop's end adds.
      return fieldStart
    }
    if byte == CSVDialect.lineFeed {
      addQuotedField(opening + 1, closing, hasDoubledQuotes)
      endRow(at: next, lineBreak: 1)
      return next + 1
    }
    if byte == CSVDialect.carriageReturn {
      if next + 1 == count, !isAtEnd { return -1 }
      if next + 1 == count || base.load(fromByteOffset: next + 1, as: UInt8.self) == CSVDialect.lineFeed {
        addQuotedField(opening + 1, closing, hasDoubledQuotes)
        endRow(at: next + 1, lineBreak: next + 1 == count ? 0 : 1)
        return min(next + 2, count)
      }
    }
    // The rest of the field is taken as it is, so that the row ends where its line does.
    addFault(.textAfterQuote, at: next)
    return next
  }

  private mutating func addQuotedField(_ start: Int, _ fieldEnd: Int, _ hasDoubledQuotes: Bool) {
    fields.append(
      CSVField(
        start: start, byteCount: fieldEnd - start, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes))
  }

  /// The quote that ends a field whose content begins at `start`, or -1 where the bytes end first.
  private mutating func closingQuote(from start: Int, _ hasDoubledQuotes: inout Bool) -> Int {
    let quotes = ByteWord(repeating: CSVDialect.quote)
    let lineFeeds = ByteWord(repeating: CSVDialect.lineFeed)
    var position = start
    // SAFETY: as in `run`.
    while position < count {
      let word = ByteWord(base, at: position)
      let found = word.matches(quotes)
      let breaks = word.matches(lineFeeds)
      if found == 0 {
        if breaks != 0 { lineBreaks &+= breaks.nonzeroBitCount }
        position &+= ByteWord.byteCount
        continue
      }
      let lowest = found & (~found &+ 1)
      if breaks != 0 { lineBreaks &+= (breaks & (lowest &- 1)).nonzeroBitCount }
      position &+= found.trailingZeroBitCount &>> 3
      guard position &+ 1 < count else { return isAtEnd ? position : -1 }
      if base.load(fromByteOffset: position &+ 1, as: UInt8.self) != CSVDialect.quote { return position }
      hasDoubledQuotes = true
      position &+= 2
    }
    return -1
  }

  /// A quote that is never closed costs its own line only: the row ends there and the next line is a row again.
  private mutating func skipLine(ofQuoteAt opening: Int, line: Int) -> Int {
    lineBreaks = line
    addFault(.unterminatedQuote, at: opening)
    var lineEnd = opening
    while lineEnd < count, base.load(fromByteOffset: lineEnd, as: UInt8.self) != CSVDialect.lineFeed {
      lineEnd += 1
    }
    addLastField(upTo: lineEnd)
    endRow(at: lineEnd, lineBreak: lineEnd == count ? 0 : 1)
    return min(lineEnd + 1, count)
  }

  // MARK: Faults

  private mutating func addFault(_ kind: CSVFault.Kind, at offset: Int) {
    guard !isRowFaulty else { return }
    isRowFaulty = true
    batch.faults.append(
      CSVFault(
        kind: kind, row: rows.count, byteOffset: batch.byteOffset + offset, line: batch.firstLine + lineBreaks
      ))
  }

  /// Ends the reading if a field of the row that is being ended, or the row itself, is beyond the limit:
  /// whichever is so first. Returns whether it did.
  private mutating func stopIfTooLarge(upTo rowEnd: Int, openField: Int? = nil) -> Bool {
    let rowLimit = rowStart + maximumRowByteCount
    for index in rowFirstField..<fields.count {
      let field = fields.elements[index]
      if field.byteCount > maximumFieldByteCount, field.offset + maximumFieldByteCount <= rowLimit {
        stop(.fieldTooLarge, at: field.offset)
        return true
      }
    }
    if let openField, rowEnd - openField > maximumFieldByteCount,
      openField + maximumFieldByteCount <= rowLimit
    {
      stop(.fieldTooLarge, at: openField)
      return true
    }
    if rowEnd > rowLimit {
      stop(.rowTooLarge, at: rowStart)
      return true
    }
    return false
  }

  /// The same for a field that goes on behind the bytes at hand; the last byte may be a line break's CR.
  private mutating func stopIfOpenFieldIsTooLarge(from start: Int) {
    _ = stopIfTooLarge(upTo: count - 1, openField: start)
  }

  private mutating func stop(_ kind: CSVFault.Kind, at offset: Int) {
    // What else is wrong with the row does not matter any more.
    batch.faults.removeAll { $0.row == rows.count }
    let line = batch.bytes[..<offset].count { $0 == CSVDialect.lineFeed }
    batch.faults.append(
      CSVFault(
        kind: kind, row: rows.count, byteOffset: batch.byteOffset + offset, line: batch.firstLine + line))
    end.isStopped = true
  }
}
