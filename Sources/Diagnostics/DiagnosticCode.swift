/// The number of a diagnostic: stable for ever, documented in `docs/diagnostics.md`.
///
/// The hundreds say where it belongs: 10 use and configuration, 11 files and the store, 12 archives,
/// 13 loading, 14 SQL, 15 Parquet, 16 export, 17 remotes, 18 networks and services,
/// 20 project files, 21 templates, 22 graph and selection, 23 running and testing.
/// A number is never given to another meaning.
package enum DiagnosticCode: String, Sendable, CaseIterable, Codable {
  // 10: use and configuration
  case internalError = "RH1000"
  case invalidArgument = "RH1001"
  case settingMissing = "RH1002"

  // 11: files and the store
  case fileNotFound = "RH1101"
  case fileAccess = "RH1102"
  case diskFull = "RH1103"
  case warehouseNotWritable = "RH1104"
  case warehouseLocked = "RH1105"
  case warehouseFormatTooNew = "RH1106"
  case draftDamaged = "RH1107"
  case draftUnfinished = "RH1108"
  case nothingPublished = "RH1109"
  case buildNotFound = "RH1110"
  case buildDamaged = "RH1111"
  case draftEmpty = "RH1112"
  case viewNotPortable = "RH1113"

  // 12: archives
  case archiveNotZip = "RH1201"
  case archiveTruncated = "RH1202"
  case archiveDamaged = "RH1203"
  case archiveEncrypted = "RH1204"
  case archiveMethodUnsupported = "RH1205"
  case archiveChecksum = "RH1206"
  case archiveMemberMissing = "RH1207"
  case archiveMemberAmbiguous = "RH1208"

  // 13: loading
  case headerInvalid = "RH1301"
  case columnMissing = "RH1302"
  case columnUndeclared = "RH1303"
  case rowFieldCount = "RH1304"
  case valueInvalid = "RH1305"
  case valueNull = "RH1306"
  case invalidUTF8 = "RH1307"
  case quoteUnterminated = "RH1308"
  case quoteInvalid = "RH1309"
  case fieldTooLarge = "RH1310"
  case tooManyRejects = "RH1311"
  case sourceUndeclared = "RH1312"

  // 14: SQL
  case sqlError = "RH1401"
  case sqlReadOnly = "RH1402"
  case sqlBusy = "RH1403"
  case sqlNotOneStatement = "RH1404"
  case sqlCorrupt = "RH1405"

  // 15: Parquet
  case parquetNotParquet = "RH1501"
  case parquetDamaged = "RH1502"
  case parquetUnsupported = "RH1503"
  case parquetLimit = "RH1504"
  case parquetChecksum = "RH1505"
  case parquetUnwritable = "RH1506"

  // 16: export
  case exportMisfit = "RH1601"
  case contentHashImpossible = "RH1602"

  // 17: remotes
  case remoteUnknown = "RH1701"
  case remoteEmpty = "RH1702"
  case remoteMoved = "RH1703"
  case remoteObjectDiffers = "RH1704"
  case remoteDamaged = "RH1705"
  case remoteManifestRefused = "RH1706"
  case remoteFormatTooNew = "RH1707"
  case remoteSchemaChange = "RH1708"
  case remoteBusy = "RH1709"
  case remoteNotExact = "RH1710"
  case catalogConflict = "RH1711"
  case jobFailed = "RH1712"
  case jobBusy = "RH1713"
  case jobScriptUnknown = "RH1714"
  case mirrorImpossible = "RH1715"
  case mirrorDiffers = "RH1716"
  case mirrorConflict = "RH1717"
  case remoteUnsafe = "RH1720"
  case cloudSetupWrong = "RH1721"

  // 18: networks and services
  case networkLibraryMissing = "RH1801"
  case cloudConfigurationInvalid = "RH1802"
  case credentialsMissing = "RH1803"
  case credentialsRefused = "RH1804"
  case clockSkewed = "RH1805"
  case networkFailed = "RH1806"
  case serviceUnavailable = "RH1807"
  case remoteNotFound = "RH1808"
  case remoteAccessDenied = "RH1809"
  case remoteConflict = "RH1810"
  case requestRefused = "RH1811"
  case answerInvalid = "RH1812"
  case transferDamaged = "RH1813"
  case transferCancelled = "RH1814"

  // 20: project files
  case projectNotFound = "RH2001"
  case yamlSyntax = "RH2002"
  case unknownKey = "RH2003"
  case invalidValue = "RH2004"
  case missingKey = "RH2005"
  case duplicateResource = "RH2006"
  case patchWithoutNode = "RH2007"
  case profileInvalid = "RH2008"
  case unsupportedFeature = "RH2009"

  // 21: templates
  case templateSyntax = "RH2101"
  case templateUndefined = "RH2102"
  case templateRuntime = "RH2103"
  case templateRaised = "RH2104"
  case templateLimit = "RH2105"

  // 22: graph and selection
  case unknownRef = "RH2201"
  case unknownSource = "RH2202"
  case dependencyCycle = "RH2203"
  case unknownTest = "RH2204"
  case selectorInvalid = "RH2205"
  case selectorMatchesNothing = "RH2206"
  case disabledReference = "RH2207"
  case accessDenied = "RH2208"

  // 23: running and testing
  case nodeFailed = "RH2301"
  case testFailed = "RH2302"
  case materializationUnknown = "RH2303"
  case undeclaredColumn = "RH2304"
  case testQueryShape = "RH2305"
  case contractBroken = "RH2306"
  case schemaOutOfSync = "RH2307"
  case mergeKeyAmbiguous = "RH2308"
  case undeclaredRead = "RH2309"
  case hookFailed = "RH2310"
  case volatileSQL = "RH2311"
  case orderDependent = "RH2312"
}
