/** What one line of a report is about. */
export type ReportSubject = "mailbox" | "group" | "site";

/** A usage report: what its lines are about and the header of its CSV, as the service writes it. */
export type ReportRow = {
  readonly name: string;
  readonly about: ReportSubject;
  readonly takes: "period-or-date" | "period" | "nothing";
  readonly header: string;
};

const USER = "Report Refresh Date,User Principal Name";
const GROUP = "Report Refresh Date,Group Display Name,Is Deleted,Owner Principal Name,Last Activity Date,Group Type";

/** The reports Graph answers with a CSV download, from the published documents of the service. */
export const reportRows: readonly ReportRow[] = [
  {
    name: "getEmailActivityUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Display Name,Is Deleted,Deleted Date,Last Activity Date,Send Count,Receive Count,Read Count,Meeting Created Count,Meeting Interacted Count,Assigned Products,Report Period`,
  },
  {
    name: "getEmailAppUsageUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Display Name,Is Deleted,Deleted Date,Last Activity Date,Mail For Mac,Outlook For Mac,Outlook For Windows,Outlook For Mobile,Other For Mobile,Outlook For Web,POP3 App,IMAP4 App,SMTP App,Report Period`,
  },
  {
    name: "getMailboxUsageDetail",
    about: "mailbox",
    takes: "period",
    header: `${USER},Display Name,Is Deleted,Deleted Date,Created Date,Last Activity Date,Item Count,Storage Used (Byte),Issue Warning Quota (Byte),Prohibit Send Quota (Byte),Prohibit Send/Receive Quota (Byte),Deleted Item Count,Deleted Item Size (Byte),Deleted Item Quota (Byte),Has Archive,Recipient Type,Report Period`,
  },
  {
    name: "getM365AppUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Last Activation Date,Last Activity Date,Report Period,Windows,Mac,Mobile,Web,Outlook,Word,Excel,PowerPoint,OneNote,Teams`,
  },
  {
    name: "getOffice365ActiveUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Display Name,Is Deleted,Deleted Date,Has Exchange License,Has OneDrive License,Has SharePoint License,Has Skype For Business License,Has Yammer License,Has Teams License,Exchange Last Activity Date,OneDrive Last Activity Date,SharePoint Last Activity Date,Skype For Business Last Activity Date,Yammer Last Activity Date,Teams Last Activity Date,Exchange License Assign Date,OneDrive License Assign Date,SharePoint License Assign Date,Skype For Business License Assign Date,Yammer License Assign Date,Teams License Assign Date,Assigned Products`,
  },
  {
    name: "getOffice365ActivationsUserDetail",
    about: "mailbox",
    takes: "nothing",
    header: `${USER},Display Name,Product Type,Last Activated Date,Windows,Mac,Windows 10 Mobile,iOS,Android,Activated On Shared Computer`,
  },
  {
    name: "getOffice365GroupsActivityDetail",
    about: "group",
    takes: "period-or-date",
    header: `${GROUP},Member Count,External Member Count,Exchange Received Email Count,SharePoint Active File Count,Yammer Posted Message Count,Yammer Read Message Count,Yammer Liked Message Count,Exchange Mailbox Total Item Count,Exchange Mailbox Storage Used (Byte),SharePoint Total File Count,SharePoint Site Storage Used (Byte),Group Id,Report Period`,
  },
  {
    name: "getOneDriveActivityUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Is Deleted,Deleted Date,Last Activity Date,Viewed Or Edited File Count,Synced File Count,Shared Internally File Count,Shared Externally File Count,Assigned Products,Report Period`,
  },
  {
    name: "getOneDriveUsageAccountDetail",
    about: "site",
    takes: "period-or-date",
    header:
      "Report Refresh Date,Site Id,Site URL,Owner Display Name,Is Deleted,Last Activity Date,File Count,Active File Count,Storage Used (Byte),Storage Allocated (Byte),Owner Principal Name,Report Period",
  },
  {
    name: "getSharePointActivityUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Is Deleted,Deleted Date,Last Activity Date,Viewed Or Edited File Count,Synced File Count,Shared Internally File Count,Shared Externally File Count,Visited Page Count,Assigned Products,Report Period`,
  },
  {
    name: "getSharePointSiteUsageDetail",
    about: "site",
    takes: "period-or-date",
    header:
      "Report Refresh Date,Site Id,Site URL,Owner Display Name,Is Deleted,Last Activity Date,File Count,Active File Count,Page View Count,Visited Page Count,Storage Used (Byte),Storage Allocated (Byte),Root Web Template,Owner Principal Name,Report Period",
  },
  {
    name: "getTeamsUserActivityUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Last Activity Date,Is Deleted,Deleted Date,Assigned Products,Team Chat Message Count,Private Chat Message Count,Call Count,Meeting Count,Has Other Action,Report Period`,
  },
  {
    name: "getTeamsDeviceUsageUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Last Activity Date,Is Deleted,Deleted Date,Used Web,Used Windows Phone,Used iOS,Used Mac,Used Android Phone,Used Windows,Used Chrome OS,Used Linux,Report Period`,
  },
  {
    name: "getSkypeForBusinessActivityUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Is Deleted,Deleted Date,Last Activity Date,Total Peer-to-peer Session Count,Total Organized Conference Count,Total Participated Conference Count,Peer-to-peer Last Activity Date,Organized Conference Last Activity Date,Participated Conference Last Activity Date,Assigned Products,Report Period`,
  },
  {
    name: "getSkypeForBusinessDeviceUsageUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Last Activity Date,Used Windows,Used Windows Phone,Used Android Phone,Used iPhone,Used iPad,Report Period`,
  },
  {
    name: "getYammerActivityUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Display Name,User State,State Change Date,Last Activity Date,Posted Count,Read Count,Liked Count,Assigned Products,Report Period`,
  },
  {
    name: "getYammerDeviceUsageUserDetail",
    about: "mailbox",
    takes: "period-or-date",
    header: `${USER},Display Name,User State,State Change Date,Last Activity Date,Used Web,Used Windows Phone,Used Android Phone,Used iPhone,Used iPad,Used Others,Report Period`,
  },
  {
    name: "getYammerGroupsActivityDetail",
    about: "group",
    takes: "period-or-date",
    header: `${GROUP},Office 365 Connected,Member Count,Posted Count,Read Count,Liked Count,Network Display Name,Report Period`,
  },
];
