import { type Code, ConnectorError, codeInfo, type ErrorOptions, type Retry } from "#spi";

/** What one group of EWS response codes means to the runtime. */
interface ResponseMeaning {
  readonly code: Code;
  readonly causeCode?: string;
  readonly retry?: Retry;
  /** A write answered so may have happened all the same. */
  readonly effect?: "unknown";
  /** What to do, where the server's own words do not say it. */
  readonly hint?: string;
  readonly responses: readonly string[];
}

/**
 * Response codes of EWS (ResponseCodeType, messages.xsd) that somebody must tell apart. Those not listed are defects of
 * operations this connector never sends, or say no more than their text: they become PROTOCOL with the server's words.
 */
const meanings: readonly ResponseMeaning[] = [
  {
    code: "BUSY",
    causeCode: "EWS_THROTTLED",
    responses: [
      "ErrorServerBusy",
      "ErrorExceededConnectionCount",
      "ErrorExceededFindCountLimit",
      "ErrorTooManyObjectsOpened",
      "ErrorInsufficientResources",
      "ErrorNotEnoughMemory",
      "ErrorBatchProcessingStopped",
    ],
  },
  {
    code: "BUSY",
    causeCode: "EWS_MAILBOX_UNAVAILABLE",
    responses: [
      "ErrorMailboxStoreUnavailable",
      "ErrorMailboxMoveInProgress",
      "ErrorMailboxFailover",
      "ErrorADUnavailable",
      "ErrorServiceUnavailable",
      "ErrorConnectionFailed",
      "ErrorInternalServerTransientError",
      "ErrorNoRespondingCASInDestinationSite",
      "ErrorNoApplicableProxyCASServersAvailable",
      "ErrorProxyCallFailed",
      "ErrorProxyRequestProcessingFailed",
      "ErrorProxyServiceDiscoveryFailed",
      "ErrorServiceDiscoveryFailed",
      "ErrorPublicFolderRequestProcessingFailed",
      "ErrorPublicFolderMailboxDiscoveryFailed",
      "ErrorNoPublicFolderServerAvailable",
      "ErrorNoPublicFolderReplicaAvailable",
      "ErrorCrossSiteRequest",
      "ErrorFreeBusyGenerationFailed",
    ],
  },
  {
    code: "TIMEOUT",
    effect: "unknown",
    responses: ["ErrorTimeoutExpired", "ErrorRequestAborted", "ErrorClientDisconnected"],
  },
  {
    code: "PROTOCOL",
    effect: "unknown",
    responses: [
      "ErrorInternalServerError",
      "ErrorDataSourceOperation",
      "ErrorADOperation",
      "ErrorWin32InteropError",
      "ErrorItemSave",
      "ErrorFolderSave",
      "ErrorMoveCopyFailed",
    ],
  },
  {
    code: "EWS_DISABLED",
    causeCode: "EWS_NOT_ENABLED",
    responses: [
      "ErrorEwsDisabled",
      "ErrorEWSDisabled",
      "ErrorExchangeWebServicesDisabled",
      "ErrorOrganizationAccessBlocked",
    ],
  },
  {
    code: "AUTHENTICATION_FAILED",
    causeCode: "EWS_ACCOUNT_UNUSABLE",
    responses: [
      "ErrorAccountDisabled",
      "ErrorPasswordExpired",
      "ErrorPasswordChangeRequired",
      "ErrorCallerIsInvalidADAccount",
      "ErrorInvalidAuthorizationContext",
      "ErrorMailboxLogonFailed",
    ],
  },
  {
    code: "ACCESS_DENIED",
    causeCode: "EWS_IMPERSONATION_DENIED",
    responses: ["ErrorImpersonateUserDenied", "ErrorImpersonationDenied", "ErrorImpersonationFailed"],
  },
  {
    code: "INVALID_PROPERTY",
    causeCode: "EWS_IMPERSONATION_UNKNOWN_USER",
    responses: [
      "ErrorInvalidExchangeImpersonationHeaderData",
      "ErrorInvalidUserPrincipalName",
      "ErrorInvalidUserSid",
      "ErrorInvalidUserSidMissingUPN",
      "ErrorInvalidSid",
      "ErrorInvalidUserInfo",
    ],
  },
  {
    code: "NOT_FOUND",
    causeCode: "EWS_NO_MAILBOX",
    responses: [
      "ErrorNonExistentMailbox",
      "ErrorMissingEmailAddress",
      "ErrorMailboxConfiguration",
      "ErrorInvalidMailbox",
      "ErrorNonPrimarySmtpAddress",
      "ErrorInvalidSmtpAddress",
    ],
  },
  {
    code: "ACCESS_DENIED",
    causeCode: "EWS_ACCESS_DENIED",
    responses: [
      "ErrorAccessDenied",
      "ErrorAccessDeniedDueToCompliance",
      "ErrorRecoverableItemsAccessDenied",
      "ErrorCreateItemAccessDenied",
      "ErrorCreateSubfolderAccessDenied",
      "ErrorCannotDeleteObject",
      "ErrorDeleteDistinguishedFolder",
      "ErrorMoveDistinguishedFolder",
      "ErrorNoFreeBusyAccess",
      "ErrorNotDelegate",
      "ErrorCrossMailboxMoveCopy",
      "ErrorOperationNotAllowedWithPublicFolderRoot",
      "ErrorProxyRequestNotAllowed",
      "ErrorUserNotAllowedByPolicy",
      "ErrorPermissionNotAllowedByPolicy",
      "ErrorUnableToGetUserOofSettings",
      "ErrorCalendarIsNotOrganizer",
    ],
  },
  { code: "ACCESS_DENIED", causeCode: "EWS_SEND_AS_DENIED", responses: ["ErrorSendAsDenied"] },
  {
    code: "ACCESS_DENIED",
    causeCode: "EWS_QUOTA",
    responses: [
      "ErrorQuotaExceeded",
      "ErrorQuotaExceededOnDelete",
      "ErrorSubmissionQuotaExceeded",
      "ErrorIndividualMailboxLimitReached",
    ],
  },
  {
    code: "NOT_FOUND",
    responses: [
      "ErrorItemNotFound",
      "ErrorFolderNotFound",
      "ErrorParentFolderNotFound",
      "ErrorToFolderNotFound",
      "ErrorSavedItemFolderNotFound",
      "ErrorCannotAccessDeletedPublicFolder",
      "ErrorArchiveMailboxNotEnabled",
      "ErrorManagedFolderNotFound",
      "ErrorMailRecipientNotFound",
      "ErrorRecipientNotFound",
      "ErrorNameResolutionNoResults",
      "ErrorNameResolutionNoMailbox",
      "ErrorCannotFindUser",
      "ErrorNoCalendar",
      "ErrorLocalServerObjectNotFound",
      "ErrorCannotOpenFileAttachment",
      "ErrorVirusMessageDeleted",
    ],
  },
  {
    code: "NOT_FOUND",
    hint: "The series has no occurrence at this InstanceIndex: it ends before.",
    responses: ["ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange"],
  },
  {
    code: "NOT_FOUND",
    hint: "The occurrence at this InstanceIndex was deleted from its series; Calendar_DeletedOccurrences lists those.",
    responses: ["ErrorCalendarOccurrenceIsDeletedFromRecurrence"],
  },
  {
    code: "PRECONDITION",
    hint: "The item changed meanwhile: read it again and repeat the change on the new version.",
    responses: [
      "ErrorIrresolvableConflict",
      "ErrorStaleObject",
      "ErrorChangeKeyRequired",
      "ErrorChangeKeyRequiredForWriteOperations",
      "ErrorInvalidChangeKey",
      "ErrorObjectTypeChanged",
    ],
  },
  {
    code: "CONFLICT",
    responses: ["ErrorFolderExists", "ErrorDuplicateInputFolderNames", "ErrorDuplicateTransactionId"],
  },
  {
    code: "READ_ONLY",
    hint: "Exchange sets this property itself, or only while the item is a draft.",
    responses: [
      "ErrorInvalidPropertySet",
      "ErrorInvalidPropertyDelete",
      "ErrorInvalidPropertyAppend",
      "ErrorInvalidPropertyUpdateSentMessage",
      "ErrorCalendarCannotUpdateDeletedItem",
      "ErrorNoFolderClassOverride",
    ],
  },
  {
    code: "TOO_LARGE",
    responses: [
      "ErrorMessageSizeExceeded",
      "ErrorAttachmentSizeLimitExceeded",
      "ErrorRequestStreamTooBig",
      "ErrorDataSizeLimitExceeded",
      "ErrorResultSetTooBig",
      "ErrorAttachmentNestLevelLimitExceeded",
      "ErrorMailboxDataArrayTooBig",
    ],
  },
  {
    code: "INVALID_QUERY",
    responses: [
      "ErrorInvalidArgument",
      "ErrorInvalidId",
      "ErrorInvalidIdEmpty",
      "ErrorInvalidIdMalformed",
      "ErrorInvalidIdMalformedEwsLegacyIdFormat",
      "ErrorInvalidIdMonikerTooLong",
      "ErrorInvalidIdNotAnItemAttachmentId",
      "ErrorInvalidIdStoreObjectIdTooLong",
      "ErrorInvalidIdTooManyAttachmentLevels",
      "ErrorInvalidIdXml",
      "ErrorInvalidAttachmentId",
      "ErrorInvalidFolderId",
      "ErrorInvalidParentFolder",
      "ErrorInvalidFolderTypeForOperation",
      "ErrorCannotUseFolderIdForItemId",
      "ErrorCannotUseItemIdForFolderId",
      "ErrorInvalidValueForProperty",
      "ErrorPropertyValidationFailure",
      "ErrorPropertyUpdate",
      "ErrorItemSavePropertyError",
      "ErrorFolderSavePropertyError",
      "ErrorRequiredPropertyMissing",
      "ErrorInvalidRecipients",
      "ErrorMissingRecipients",
      "ErrorInvalidRoutingType",
      "ErrorInvalidContactEmailAddress",
      "ErrorInvalidContactEmailIndex",
      "ErrorInvalidCompleteDate",
      "ErrorInvalidPercentCompleteValue",
      "ErrorInvalidTimeInterval",
      "ErrorTimeIntervalTooBig",
      "ErrorTimeZone",
      "ErrorCalendarInvalidTimeZone",
      "ErrorCalendarDurationIsTooLong",
      "ErrorCalendarEndDateIsEarlierThanStartDate",
      "ErrorCalendarInvalidAttributeValue",
      "ErrorCalendarInvalidDayForTimeChangePattern",
      "ErrorCalendarInvalidDayForWeeklyRecurrence",
      "ErrorCalendarInvalidPropertyState",
      "ErrorCalendarInvalidPropertyValue",
      "ErrorCalendarInvalidRecurrence",
      "ErrorCalendarOutOfRange",
      "ErrorCalendarViewRangeTooBig",
      "ErrorCalendarFolderIsInvalidForCalendarView",
      "ErrorOccurrenceCrossingBoundary",
      "ErrorOccurrenceTimeSpanTooBig",
      "ErrorRecurrenceEndDateTooBig",
      "ErrorRecurrenceHasNoOccurrence",
      "ErrorUnsupportedRecurrence",
      "ErrorUnsupportedCulture",
      "ErrorMimeContentInvalid",
      "ErrorMimeContentInvalidBase64String",
      "ErrorMimeContentConversionFailed",
      "ErrorContentConversionFailed",
      "ErrorMailboxDataArrayEmpty",
      "ErrorInvalidFreeBusyViewType",
      "ErrorInvalidMergedFreeBusyInterval",
      "ErrorInvalidSendItemSaveSettings",
      "ErrorValueOutOfRange",
      "ErrorMissingArgument",
      "ErrorFreeBusyDLLimitReached",
      "ErrorNameResolutionMultipleResults",
      "ErrorVirusDetected",
    ],
  },
  {
    code: "UNSUPPORTED",
    responses: [
      "ErrorInvalidRestriction",
      "ErrorRestrictionTooLong",
      "ErrorRestrictionTooComplex",
      "ErrorUnsupportedPathForQuery",
      "ErrorUnsupportedPathForSortGroup",
      "ErrorUnsupportedQueryFilter",
      "ErrorUnsupportedPropertyDefinition",
      "ErrorContainsFilterWrongType",
      "ErrorInvalidPropertyForExists",
      "ErrorInvalidExcludesRestriction",
      "ErrorQueryFilterTooLong",
      "ErrorInvalidPropertyRequest",
      "ErrorInvalidPropertyForOperation",
      "ErrorInvalidOperation",
      "ErrorUnsupportedMapiPropertyType",
      "ErrorUnsupportedTypeForConversion",
      "ErrorUnsupportedMimeConversion",
      "ErrorItemPropertyRequestFailed",
      "ErrorFolderPropertRequestFailed",
      "ErrorInvalidItemForOperationCreateItem",
      "ErrorInvalidItemForOperationCreateItemAttachment",
      "ErrorInvalidItemForOperationSendItem",
      "ErrorCannotCreateCalendarItemInNonCalendarFolder",
      "ErrorCannotCreateContactInNonContactFolder",
      "ErrorCannotCreatePostItemInNonMailFolder",
      "ErrorCannotCreateTaskInNonTaskFolder",
      "ErrorCalendarCannotMoveOrCopyOccurrence",
      "ErrorCannotDeleteTaskOccurrence",
      "ErrorDistinguishedUserNotSupported",
      "ErrorCorruptData",
      "ErrorItemCorrupt",
      "ErrorFolderCorrupt",
      "ErrorWrongServerVersion",
    ],
  },
  {
    code: "PROTOCOL",
    causeCode: "EWS_VERSION",
    responses: [
      "ErrorInvalidServerVersion",
      "ErrorIncorrectSchemaVersion",
      "ErrorInvalidSchemaVersionForMailboxVersion",
    ],
  },
  {
    code: "PROTOCOL",
    causeCode: "EWS_REQUEST_REFUSED",
    responses: [
      "ErrorSchemaValidation",
      "ErrorInvalidRequest",
      "ErrorResponseSchemaValidation",
      "ErrorIncorrectUpdatePropertyCount",
      "ErrorUpdatePropertyMismatch",
      "ErrorInvalidPagingMaxRows",
      "ErrorInvalidIndexedPagingParameters",
      "ErrorMessageDispositionRequired",
      "ErrorSendMeetingInvitationsRequired",
      "ErrorSendMeetingInvitationsOrCancellationsRequired",
      "ErrorSendMeetingCancellationsRequired",
      "ErrorAffectedTaskOccurrencesRequired",
      "ErrorDuplicateSOAPHeader",
    ],
  },
];

const meaningOf = new Map(meanings.flatMap((meaning) => meaning.responses.map((code) => [code, meaning] as const)));

/** Every response code the table tells apart, for the generated page and its test. */
export const knownResponseCodes: readonly string[] = [...meaningOf.keys()];

/** The server will not filter by this restriction; the same rows can be had without it. */
const restrictionRefusals: ReadonlySet<string> = new Set([
  "ErrorInvalidRestriction",
  "ErrorRestrictionTooLong",
  "ErrorRestrictionTooComplex",
  "ErrorUnsupportedPathForQuery",
  "ErrorUnsupportedQueryFilter",
  "ErrorContainsFilterWrongType",
  "ErrorInvalidPropertyForExists",
  "ErrorQueryFilterTooLong",
  "ErrorInvalidValueForProperty",
]);
export const refusesRestriction = (error: unknown): boolean =>
  error instanceof ConnectorError && restrictionRefusals.has(error.remote?.code ?? "");

/** A list read cannot give one of the properties; reading the items can. */
const propertyRefusals: ReadonlySet<string> = new Set([
  "ErrorInvalidPropertyRequest",
  "ErrorInvalidPropertyForOperation",
]);
export const refusesListProperty = (error: unknown): boolean =>
  error instanceof ConnectorError && propertyRefusals.has(error.remote?.code ?? "");

const goneCodes: ReadonlySet<string> = new Set([
  "ErrorItemNotFound",
  "ErrorFolderNotFound",
  "ErrorInvalidId",
  "ErrorInvalidIdEmpty",
  "ErrorInvalidIdMalformed",
  "ErrorInvalidIdMalformedEwsLegacyIdFormat",
  "ErrorInvalidIdStoreObjectIdTooLong",
  "ErrorCannotUseFolderIdForItemId",
  "ErrorCannotUseItemIdForFolderId",
]);
/** No such item or folder, asked for by id: for a query that is no row. */
export const saysNoSuchId = (responseCode: string): boolean => goneCodes.has(responseCode);

/** What the server said about a call or one of its items. */
export interface ServerWord {
  readonly responseCode: string;
  readonly text: string;
  readonly backOffMs?: number;
  readonly requestId?: string;
  readonly status?: number;
  /** The property the server names in MessageXml. */
  readonly fieldUri?: string;
}

const textLimit = 400;

/** Server text is data: one line, bounded, without control characters. */
export function plainLine(value: string): string {
  const line = value.replace(/[\x00-\x1F\x7F\u0085\u2028\u2029]+/g, " ").trim();
  return line.length > textLimit ? `${line.slice(0, textLimit)}…` : line;
}

/** The error a response code stands for. */
export function responseError(operation: string, word: ServerWord, options: ErrorOptions = {}): ConnectorError {
  const meaning = meaningOf.get(word.responseCode);
  const code = meaning?.code ?? "PROTOCOL";
  const said = plainLine(word.text) || codeInfo[code].title;
  const about = word.fieldUri === undefined ? "" : ` Property: ${plainLine(word.fieldUri)}.`;
  return new ConnectorError(code, `${said}${about}${meaning?.hint === undefined ? "" : ` ${meaning.hint}`}`, {
    ...(meaning?.causeCode === undefined ? {} : { causeCode: meaning.causeCode }),
    ...(meaning?.retry === undefined ? {} : { retry: meaning.retry }),
    ...(meaning?.effect === undefined ? {} : { effect: meaning.effect }),
    ...(word.backOffMs === undefined ? {} : { waitMs: word.backOffMs }),
    remote: {
      service: "EWS",
      operation,
      code: plainLine(word.responseCode),
      ...(word.requestId === undefined ? {} : { requestId: word.requestId }),
      ...(word.status === undefined ? {} : { status: word.status }),
    },
    ...options,
  });
}
