/**
 * Microsoft Graph v1.0 types, as far as the sandbox serves them: written from the service's published metadata (CSDL,
 * August 2026). A property reads "name:type", with "[]" for a collection and "?" where null is allowed.
 */
export type TypeRow = { readonly base?: string; readonly properties: string; readonly navigation?: string };

/** Entity and complex types by name. */
export const typeRows: Readonly<Record<string, TypeRow>> = {
  assignedLabel: {
    properties: "displayName:string? labelId:string?",
  },
  assignedLicense: {
    properties: "disabledPlans:string[] skuId:string?",
  },
  assignedPlan: {
    properties: "assignedDateTime:dateTime? capabilityStatus:string? service:string? servicePlanId:string?",
  },
  attachmentItem: {
    properties: [
      "attachmentType:attachmentType? contentId:string? contentType:string? isInline:boolean? name:string?",
      "size:int?",
    ].join(" "),
  },
  attendee: {
    properties: "emailAddress:emailAddress? type:attendeeType? proposedNewTime:timeSlot? status:responseStatus?",
  },
  attendeeBase: {
    properties: "emailAddress:emailAddress? type:attendeeType?",
  },
  automaticRepliesSetting: {
    properties: [
      "externalAudience:externalAudienceScope? externalReplyMessage:string? internalReplyMessage:string?",
      "scheduledEndDateTime:dateTimeTimeZone? scheduledStartDateTime:dateTimeTimeZone?",
      "status:automaticRepliesStatus?",
    ].join(" "),
  },
  calendar: {
    properties: [
      "id:string allowedOnlineMeetingProviders:onlineMeetingProviderType[] canEdit:boolean? canShare:boolean?",
      "canViewPrivateItems:boolean? changeKey:string? color:calendarColor?",
      "defaultOnlineMeetingProvider:onlineMeetingProviderType? hexColor:string? isDefaultCalendar:boolean?",
      "isRemovable:boolean? isTallyingResponses:boolean? name:string? owner:emailAddress?",
    ].join(" "),
    navigation: [
      "calendarPermissions:calendarPermission[] calendarView:event[] events:event[]",
      "multiValueExtendedProperties:multiValueLegacyExtendedProperty[]",
      "singleValueExtendedProperties:singleValueLegacyExtendedProperty[]",
    ].join(" "),
  },
  calendarGroup: {
    properties: "id:string changeKey:string? classId:string? name:string?",
    navigation: "calendars:calendar[]",
  },
  calendarPermission: {
    properties: [
      "id:string allowedRoles:calendarRoleType[] emailAddress:emailAddress? isInsideOrganization:boolean?",
      "isRemovable:boolean? role:calendarRoleType?",
    ].join(" "),
  },
  checklistItem: {
    properties: "id:string checkedDateTime:dateTime? createdDateTime:dateTime displayName:string? isChecked:boolean?",
  },
  contact: {
    properties: [
      "id:string categories:string[] changeKey:string? createdDateTime:dateTime? lastModifiedDateTime:dateTime?",
      "assistantName:string? birthday:dateTime? businessAddress:physicalAddress? businessHomePage:string?",
      "businessPhones:string[] children:string[] companyName:string? department:string? displayName:string?",
      "emailAddresses:emailAddress[] fileAs:string? generation:string? givenName:string?",
      "homeAddress:physicalAddress? homePhones:string[] imAddresses:string[] initials:string? jobTitle:string?",
      "manager:string? middleName:string? mobilePhone:string? nickName:string? officeLocation:string?",
      "otherAddress:physicalAddress? parentFolderId:string? personalNotes:string?",
      "primaryEmailAddress:emailAddress? profession:string? secondaryEmailAddress:emailAddress?",
      "spouseName:string? surname:string? tertiaryEmailAddress:emailAddress? title:string?",
      "yomiCompanyName:string? yomiGivenName:string? yomiSurname:string?",
    ].join(" "),
    navigation: [
      "extensions:extension[] multiValueExtendedProperties:multiValueLegacyExtendedProperty[]",
      "photo:profilePhoto? singleValueExtendedProperties:singleValueLegacyExtendedProperty[]",
    ].join(" "),
  },
  contactFolder: {
    properties: "id:string displayName:string? parentFolderId:string?",
    navigation: [
      "childFolders:contactFolder[] contacts:contact[]",
      "multiValueExtendedProperties:multiValueLegacyExtendedProperty[]",
      "singleValueExtendedProperties:singleValueLegacyExtendedProperty[]",
    ].join(" "),
  },
  convertIdResult: {
    properties: "errorDetails:genericError? sourceId:string? targetId:string?",
  },
  dateTimeTimeZone: {
    properties: "dateTime:string timeZone:string?",
  },
  emailAddress: {
    properties: "address:string? name:string?",
  },
  employeeOrgData: {
    properties: "costCenter:string? division:string?",
  },
  event: {
    properties: [
      "id:string categories:string[] changeKey:string? createdDateTime:dateTime? lastModifiedDateTime:dateTime?",
      "allowNewTimeProposals:boolean? attendees:attendee[] body:itemBody? bodyPreview:string?",
      "cancelledOccurrences:string[] end:dateTimeTimeZone? hasAttachments:boolean? hideAttendees:boolean?",
      "iCalUId:string? importance:importance? isAllDay:boolean? isCancelled:boolean? isDraft:boolean?",
      "isOnlineMeeting:boolean? isOrganizer:boolean? isReminderOn:boolean? location:location?",
      "locations:location[] onlineMeeting:onlineMeetingInfo? onlineMeetingProvider:onlineMeetingProviderType?",
      "onlineMeetingUrl:string? organizer:recipient? originalEndTimeZone:string? originalStart:dateTime?",
      "originalStartTimeZone:string? recurrence:patternedRecurrence? reminderMinutesBeforeStart:int?",
      "responseRequested:boolean? responseStatus:responseStatus? sensitivity:sensitivity?",
      "seriesMasterId:string? showAs:freeBusyStatus? start:dateTimeTimeZone? subject:string?",
      "transactionId:string? type:eventType? webLink:string?",
    ].join(" "),
    navigation: [
      "attachments:attachment[] calendar:calendar? exceptionOccurrences:event[] extensions:extension[]",
      "instances:event[] multiValueExtendedProperties:multiValueLegacyExtendedProperty[]",
      "singleValueExtendedProperties:singleValueLegacyExtendedProperty[]",
    ].join(" "),
  },
  eventMessage: {
    base: "message",
    properties: [
      "endDateTime:dateTimeTimeZone? isAllDay:boolean? isDelegated:boolean? isOutOfDate:boolean?",
      "location:location? meetingMessageType:meetingMessageType? recurrence:patternedRecurrence?",
      "startDateTime:dateTimeTimeZone? type:eventType?",
    ].join(" "),
    navigation: "event:event?",
  },
  eventMessageRequest: {
    base: "eventMessage",
    properties: [
      "allowNewTimeProposals:boolean? meetingRequestType:meetingRequestType?",
      "previousEndDateTime:dateTimeTimeZone? previousLocation:location? previousStartDateTime:dateTimeTimeZone?",
      "responseRequested:boolean?",
    ].join(" "),
  },
  eventMessageResponse: {
    base: "eventMessage",
    properties: "proposedNewTime:timeSlot? responseType:responseType?",
  },
  fileAttachment: {
    properties: [
      "id:string contentType:string? isInline:boolean lastModifiedDateTime:dateTime? name:string? size:int",
      "contentBytes:binary? contentId:string? contentLocation:string?",
    ].join(" "),
  },
  followupFlag: {
    properties: [
      "completedDateTime:dateTimeTimeZone? dueDateTime:dateTimeTimeZone? flagStatus:followupFlagStatus?",
      "startDateTime:dateTimeTimeZone?",
    ].join(" "),
  },
  freeBusyError: {
    properties: "message:string? responseCode:string?",
  },
  genericError: {
    properties: "code:string? message:string?",
  },
  group: {
    properties: [
      "id:string deletedDateTime:dateTime? accessType:groupAccessType? allowExternalSenders:boolean?",
      "assignedLabels:assignedLabel[] assignedLicenses:assignedLicense[] autoSubscribeNewMembers:boolean?",
      "classification:string? createdDateTime:dateTime? description:string? displayName:string?",
      "expirationDateTime:dateTime? groupTypes:string[] hasMembersWithLicenseErrors:boolean?",
      "hideFromAddressLists:boolean? hideFromOutlookClients:boolean? infoCatalogs:string[] isArchived:boolean?",
      "isAssignableToRole:boolean? isFavorite:boolean? isManagementRestricted:boolean?",
      "isSubscribedByMail:boolean? licenseProcessingState:licenseProcessingState? mail:string?",
      "mailEnabled:boolean? mailNickname:string? membershipRule:string? membershipRuleProcessingState:string?",
      "onPremisesDomainName:string? onPremisesExtensionAttributes:onPremisesExtensionAttributes?",
      "onPremisesLastSyncDateTime:dateTime? onPremisesNetBiosName:string?",
      "onPremisesProvisioningErrors:onPremisesProvisioningError[] onPremisesSamAccountName:string?",
      "onPremisesSecurityIdentifier:string? onPremisesSyncEnabled:boolean? organizationId:string?",
      "preferredDataLocation:string? preferredLanguage:string? proxyAddresses:string[]",
      "renewedDateTime:dateTime? resourceBehaviorOptions:string[] resourceProvisioningOptions:string[]",
      "securityEnabled:boolean? securityIdentifier:string? serviceProvisioningErrors:serviceProvisioningError[]",
      "theme:string? uniqueName:string? unseenConversationsCount:int? unseenCount:int? unseenMessagesCount:int?",
      "visibility:string? welcomeMessageEnabled:boolean?",
    ].join(" "),
    navigation: [
      "acceptedSenders:directoryObject[] calendar:calendar? calendarView:event[] conversations:conversation[]",
      "events:event[] members:directoryObject[] owners:directoryObject[] photo:profilePhoto?",
      "rejectedSenders:directoryObject[] threads:conversationThread[]",
    ].join(" "),
  },
  internetMessageHeader: {
    properties: "name:string? value:string?",
  },
  itemAttachment: {
    properties: "id:string contentType:string? isInline:boolean lastModifiedDateTime:dateTime? name:string? size:int",
    navigation: "item:outlookItem?",
  },
  itemBody: {
    properties: "content:string? contentType:bodyType?",
  },
  licenseAssignmentState: {
    properties: [
      "assignedByGroup:string? disabledPlans:string[] error:string? lastUpdatedDateTime:dateTime? skuId:string?",
      "state:string?",
    ].join(" "),
  },
  linkedResource: {
    properties: "id:string applicationName:string? displayName:string? externalId:string? webUrl:string?",
  },
  localeInfo: {
    properties: "displayName:string? locale:string?",
  },
  location: {
    properties: [
      "address:physicalAddress? coordinates:outlookGeoCoordinates? displayName:string?",
      "locationEmailAddress:string? locationType:locationType? locationUri:string? uniqueId:string?",
      "uniqueIdType:locationUniqueIdType?",
    ].join(" "),
  },
  locationConstraint: {
    properties: "isRequired:boolean? locations:locationConstraintItem[] suggestLocation:boolean?",
  },
  locationConstraintItem: {
    properties: [
      "address:physicalAddress? coordinates:outlookGeoCoordinates? displayName:string?",
      "locationEmailAddress:string? locationType:locationType? locationUri:string? uniqueId:string?",
      "uniqueIdType:locationUniqueIdType? resolveAvailability:boolean?",
    ].join(" "),
  },
  mailFolder: {
    properties: [
      "id:string childFolderCount:int? displayName:string? isHidden:boolean? parentFolderId:string?",
      "totalItemCount:int? unreadItemCount:int?",
    ].join(" "),
    navigation: [
      "childFolders:mailFolder[] messageRules:messageRule[] messages:message[]",
      "multiValueExtendedProperties:multiValueLegacyExtendedProperty[]",
      "singleValueExtendedProperties:singleValueLegacyExtendedProperty[]",
    ].join(" "),
  },
  mailSearchFolder: {
    base: "mailFolder",
    properties: "filterQuery:string? includeNestedFolders:boolean? isSupported:boolean? sourceFolderIds:string[]",
  },
  mailboxSettings: {
    properties: [
      "archiveFolder:string? automaticRepliesSetting:automaticRepliesSetting? dateFormat:string?",
      "delegateMeetingMessageDeliveryOptions:delegateMeetingMessageDeliveryOptions? language:localeInfo?",
      "timeFormat:string? timeZone:string? userPurpose:userPurpose? workingHours:workingHours?",
    ].join(" "),
  },
  message: {
    properties: [
      "id:string categories:string[] changeKey:string? createdDateTime:dateTime? lastModifiedDateTime:dateTime?",
      "bccRecipients:recipient[] body:itemBody? bodyPreview:string? ccRecipients:recipient[]",
      "conversationId:string? conversationIndex:binary? flag:followupFlag? from:recipient?",
      "hasAttachments:boolean? importance:importance? inferenceClassification:inferenceClassificationType?",
      "internetMessageHeaders:internetMessageHeader[] internetMessageId:string?",
      "isDeliveryReceiptRequested:boolean? isDraft:boolean? isRead:boolean? isReadReceiptRequested:boolean?",
      "parentFolderId:string? receivedDateTime:dateTime? replyTo:recipient[] sender:recipient?",
      "sentDateTime:dateTime? subject:string? toRecipients:recipient[] uniqueBody:itemBody? webLink:string?",
    ].join(" "),
    navigation: [
      "attachments:attachment[] extensions:extension[]",
      "multiValueExtendedProperties:multiValueLegacyExtendedProperty[]",
      "singleValueExtendedProperties:singleValueLegacyExtendedProperty[]",
    ].join(" "),
  },
  multiValueLegacyExtendedProperty: {
    properties: "id:string value:string[]",
  },
  objectIdentity: {
    properties: "issuer:string? issuerAssignedId:string? signInType:string?",
  },
  onPremisesExtensionAttributes: {
    properties: [
      "extensionAttribute1:string? extensionAttribute10:string? extensionAttribute11:string?",
      "extensionAttribute12:string? extensionAttribute13:string? extensionAttribute14:string?",
      "extensionAttribute15:string? extensionAttribute2:string? extensionAttribute3:string?",
      "extensionAttribute4:string? extensionAttribute5:string? extensionAttribute6:string?",
      "extensionAttribute7:string? extensionAttribute8:string? extensionAttribute9:string?",
    ].join(" "),
  },
  onlineMeetingInfo: {
    properties: [
      "conferenceId:string? joinUrl:string? phones:phone[] quickDial:string? tollFreeNumbers:string[]",
      "tollNumber:string?",
    ].join(" "),
  },
  openTypeExtension: {
    properties: "id:string extensionName:string",
  },
  outlookCategory: {
    properties: "id:string color:categoryColor? displayName:string?",
  },
  outlookGeoCoordinates: {
    properties: "accuracy:double? altitude:double? altitudeAccuracy:double? latitude:double? longitude:double?",
  },
  passwordProfile: {
    properties: "forceChangePasswordNextSignIn:boolean? forceChangePasswordNextSignInWithMfa:boolean? password:string?",
  },
  patternedRecurrence: {
    properties: "pattern:recurrencePattern? range:recurrenceRange?",
  },
  phone: {
    properties: "language:string? number:string? region:string? type:phoneType?",
  },
  physicalAddress: {
    properties: "city:string? countryOrRegion:string? postalCode:string? state:string? street:string?",
  },
  profilePhoto: {
    properties: "id:string height:int? width:int?",
  },
  provisionedPlan: {
    properties: "capabilityStatus:string? provisioningStatus:string? service:string?",
  },
  recipient: {
    properties: "emailAddress:emailAddress?",
  },
  recurrencePattern: {
    properties: [
      "dayOfMonth:int daysOfWeek:dayOfWeek[] firstDayOfWeek:dayOfWeek? index:weekIndex? interval:int month:int",
      "type:recurrencePatternType?",
    ].join(" "),
  },
  recurrenceRange: {
    properties: [
      "endDate:date? numberOfOccurrences:int recurrenceTimeZone:string? startDate:date?",
      "type:recurrenceRangeType?",
    ].join(" "),
  },
  referenceAttachment: {
    properties: "id:string contentType:string? isInline:boolean lastModifiedDateTime:dateTime? name:string? size:int",
  },
  reminder: {
    properties: [
      "changeKey:string? eventEndTime:dateTimeTimeZone? eventId:string? eventLocation:location?",
      "eventStartTime:dateTimeTimeZone? eventSubject:string? eventWebLink:string?",
      "reminderFireTime:dateTimeTimeZone?",
    ].join(" "),
  },
  responseStatus: {
    properties: "response:responseType? time:dateTime?",
  },
  room: {
    properties: [
      "id:string address:physicalAddress? displayName:string geoCoordinates:outlookGeoCoordinates?",
      "isWheelChairAccessible:boolean? label:string? parentId:string? phone:string? placeId:string?",
      "tags:string[] audioDeviceName:string? bookingType:bookingType? building:string? capacity:int?",
      "displayDeviceName:string? emailAddress:string? floorLabel:string? floorNumber:int? nickname:string",
      "teamsEnabledState:placeFeatureEnablement videoDeviceName:string?",
    ].join(" "),
  },
  roomList: {
    properties: [
      "id:string address:physicalAddress? displayName:string geoCoordinates:outlookGeoCoordinates?",
      "isWheelChairAccessible:boolean? label:string? parentId:string? phone:string? placeId:string?",
      "tags:string[] emailAddress:string?",
    ].join(" "),
    navigation: "rooms:room[]",
  },
  scheduleInformation: {
    properties: [
      "availabilityView:string? error:freeBusyError? scheduleId:string? scheduleItems:scheduleItem[]",
      "workingHours:workingHours?",
    ].join(" "),
  },
  scheduleItem: {
    properties: [
      "end:dateTimeTimeZone? isPrivate:boolean? location:string? start:dateTimeTimeZone? status:freeBusyStatus?",
      "subject:string?",
    ].join(" "),
  },
  singleValueLegacyExtendedProperty: {
    properties: "id:string value:string?",
  },
  subscription: {
    properties: [
      "id:string applicationId:string? changeType:string clientState:string? creatorId:string?",
      "encryptionCertificate:string? encryptionCertificateId:string? expirationDateTime:dateTime",
      "includeResourceData:boolean? latestSupportedTlsVersion:string? lifecycleNotificationUrl:string?",
      "notificationQueryOptions:string? notificationUrl:string notificationUrlAppId:string? resource:string",
    ].join(" "),
  },
  taskFileAttachment: {
    properties:
      "id:string contentType:string? lastModifiedDateTime:dateTime? name:string? size:int contentBytes:binary",
  },
  timeConstraint: {
    properties: "activityDomain:activityDomain? timeSlots:timeSlot[]",
  },
  timeSlot: {
    properties: "end:dateTimeTimeZone start:dateTimeTimeZone",
  },
  timeZoneBase: {
    properties: "name:string?",
  },
  timeZoneInformation: {
    properties: "alias:string? displayName:string?",
  },
  todoTask: {
    properties: [
      "id:string body:itemBody? bodyLastModifiedDateTime:dateTime categories:string[]",
      "completedDateTime:dateTimeTimeZone? createdDateTime:dateTime dueDateTime:dateTimeTimeZone?",
      "hasAttachments:boolean? importance:importance isReminderOn:boolean lastModifiedDateTime:dateTime",
      "recurrence:patternedRecurrence? reminderDateTime:dateTimeTimeZone? startDateTime:dateTimeTimeZone?",
      "status:taskStatus title:string?",
    ].join(" "),
    navigation: [
      "attachments:attachmentBase[] attachmentSessions:attachmentSession[] checklistItems:checklistItem[]",
      "extensions:extension[] linkedResources:linkedResource[]",
    ].join(" "),
  },
  todoTaskList: {
    properties: "id:string displayName:string? isOwner:boolean isShared:boolean wellknownListName:wellknownListName",
    navigation: "extensions:extension[] tasks:todoTask[]",
  },
  uploadSession: {
    properties: "expirationDateTime:dateTime? nextExpectedRanges:string[] uploadUrl:string?",
  },
  user: {
    properties: [
      "id:string deletedDateTime:dateTime? aboutMe:string? accountEnabled:boolean? ageGroup:string?",
      "assignedLicenses:assignedLicense[] assignedPlans:assignedPlan[] authorizationInfo:authorizationInfo?",
      "birthday:dateTime businessPhones:string[] city:string? companyName:string?",
      "consentProvidedForMinor:string? country:string? createdDateTime:dateTime? creationType:string?",
      "customSecurityAttributes:customSecurityAttributeValue? department:string? deviceEnrollmentLimit:int",
      "displayName:string? employeeHireDate:dateTime? employeeId:string? employeeLeaveDateTime:dateTime?",
      "employeeOrgData:employeeOrgData? employeeType:string? externalUserState:string?",
      "externalUserStateChangeDateTime:dateTime? faxNumber:string? givenName:string? hireDate:dateTime",
      "identities:objectIdentity[] identityParentId:string? imAddresses:string[] interests:string[]",
      "isManagementRestricted:boolean? isResourceAccount:boolean? jobTitle:string?",
      "lastPasswordChangeDateTime:dateTime? legalAgeGroupClassification:string?",
      "licenseAssignmentStates:licenseAssignmentState[] mail:string? mailboxSettings:mailboxSettings?",
      "mailNickname:string? mobilePhone:string? mySite:string? officeLocation:string?",
      "onPremisesDistinguishedName:string? onPremisesDomainName:string?",
      "onPremisesExtensionAttributes:onPremisesExtensionAttributes? onPremisesImmutableId:string?",
      "onPremisesLastSyncDateTime:dateTime? onPremisesProvisioningErrors:onPremisesProvisioningError[]",
      "onPremisesSamAccountName:string? onPremisesSecurityIdentifier:string? onPremisesSyncEnabled:boolean?",
      "onPremisesUserPrincipalName:string? otherMails:string[] passwordPolicies:string?",
      "passwordProfile:passwordProfile? pastProjects:string[] postalCode:string? preferredDataLocation:string?",
      "preferredLanguage:string? preferredName:string? print:userPrint? provisionedPlans:provisionedPlan[]",
      "proxyAddresses:string[] responsibilities:string[] schools:string[] securityIdentifier:string?",
      "serviceProvisioningErrors:serviceProvisioningError[] showInAddressList:boolean?",
      "signInActivity:signInActivity? signInSessionsValidFromDateTime:dateTime? skills:string[] state:string?",
      "streetAddress:string? surname:string? usageLocation:string? userPrincipalName:string? userType:string?",
    ].join(" "),
    navigation: [
      "calendar:calendar? calendarGroups:calendarGroup[] calendars:calendar[] calendarView:event[]",
      "contactFolders:contactFolder[] contacts:contact[] directReports:directoryObject[] events:event[]",
      "inferenceClassification:inferenceClassification? mailFolders:mailFolder[] manager:directoryObject?",
      "messages:message[] outlook:outlookUser? photo:profilePhoto? todo:todo?",
    ].join(" "),
  },
  workingHours: {
    properties: "daysOfWeek:dayOfWeek[] endTime:time? startTime:time? timeZone:timeZoneBase?",
  },
};

/** Members of the enumerations by name. */
export const enumRows: Readonly<Record<string, string>> = {
  activityDomain: "unknown work personal unrestricted",
  attachmentType: "file item reference",
  attendeeType: "required optional resource",
  automaticRepliesStatus: "disabled alwaysEnabled scheduled",
  bodyType: "text html",
  bookingType: "unknown standard reserved",
  calendarColor: [
    "auto lightBlue lightGreen lightOrange lightGray lightYellow lightTeal lightPink lightBrown lightRed",
    "maxColor",
  ].join(" "),
  calendarRoleType: [
    "none freeBusyRead limitedRead read write delegateWithoutPrivateEventAccess",
    "delegateWithPrivateEventAccess custom",
  ].join(" "),
  categoryColor: [
    "none preset0 preset1 preset2 preset3 preset4 preset5 preset6 preset7 preset8 preset9 preset10 preset11",
    "preset12 preset13 preset14 preset15 preset16 preset17 preset18 preset19 preset20 preset21 preset22",
    "preset23 preset24",
  ].join(" "),
  dayOfWeek: "sunday monday tuesday wednesday thursday friday saturday",
  delegateMeetingMessageDeliveryOptions:
    "sendToDelegateAndInformationToPrincipal sendToDelegateAndPrincipal sendToDelegateOnly",
  eventType: "singleInstance occurrence exception seriesMaster",
  externalAudienceScope: "none contactsOnly all",
  followupFlagStatus: "notFlagged complete flagged",
  freeBusyStatus: "unknown free tentative busy oof workingElsewhere",
  groupAccessType: "none private secret public unknownFutureValue",
  importance: "low normal high",
  inferenceClassificationType: "focused other",
  locationType: [
    "default conferenceRoom homeAddress businessAddress geoCoordinates streetAddress hotel restaurant",
    "localBusiness postalAddress",
  ].join(" "),
  locationUniqueIdType: "unknown locationStore directory private bing",
  meetingMessageType: "none meetingRequest meetingCancelled meetingAccepted meetingTenativelyAccepted meetingDeclined",
  meetingRequestType: "none newMeetingRequest fullUpdate informationalUpdate silentUpdate outdated principalWantsCopy",
  onlineMeetingProviderType: "unknown skypeForBusiness skypeForConsumer teamsForBusiness",
  phoneType: "home business mobile other assistant homeFax businessFax otherFax pager radio",
  placeFeatureEnablement: "unknown enabled disabled unknownFutureValue",
  recurrencePatternType: "daily weekly absoluteMonthly relativeMonthly absoluteYearly relativeYearly",
  recurrenceRangeType: "endDate noEnd numbered",
  responseType: "none organizer tentativelyAccepted accepted declined notResponded",
  sensitivity: "normal personal private confidential",
  taskStatus: "notStarted inProgress completed waitingOnOthers deferred",
  userPurpose: "user linked shared room equipment others unknownFutureValue",
  weekIndex: "first second third fourth last",
  wellknownListName: "none defaultList flaggedEmails unknownFutureValue",
};
